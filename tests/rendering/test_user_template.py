"""User templates: available names and the sandbox."""

import re
from collections.abc import Callable
from pathlib import Path

import cmarkgfm
import pytest

from triage.errors import BadDataError, IOFailureError
from triage.models import Diagnosis, Timeline
from triage.rendering.markdown_report import render_report

Document = tuple[Diagnosis, Timeline]
Poison = Callable[[Document, Callable[[str], str]], Document]


def test_user_template_is_filled(gate: Document, tmp_path: Path) -> None:
    own = tmp_path / "own.md.j2"
    own.write_text(
        "{% for one in incidents %}* {{ one.incident.cause }}: {{ one.title }}\n{% endfor %}{{ "
        "report.coverage }}"
    )
    assert render_report(*gate, template=str(own)).startswith(
        "* `gate-header-check`: The readiness middleware refused"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "{{ diagnosis.__class__.__mro__ }}",
            "own.md:1: access to attribute '__class__' of 'Diagnosis' object",
        ),
        ("\n{{ diagnosis.verdict|safe }}", "own.md:2: No filter named 'safe'"),
        ("{{ diagnosis.verdict|e }}", "own.md:1: No filter named 'e'"),
        ("a\nb\n{{ nothing }}", "own.md:3: 'nothing' is undefined"),
        ("{{ md('# x') }}", "own.md:1: 'md' is undefined"),
        ("one\n{% if %}", "own.md:2: "),
        ("{% include '../pyproject.toml' %}", "own.md:1: ../pyproject.toml"),
        ("{{ range(10001)|list }}", "own.md:1: a range has more than 10,000 elements"),
        ("{{ incidents.append(1) }}", "own.md:1: access to attribute 'append' of 'list' object"),
        ("{{ 1 / 0 }}", "own.md:1: division by zero"),
        ("{{ incidents[99].title }}", "own.md:1: "),
        ("{{ seconds('x') }}", "own.md:1: "),
        ("{{ cite(namespace(has_evidence=cycler), ['x']) }}", "own.md:1: cite takes an incident"),
    ],
)
def test_user_template_runs_in_a_sandbox(gate: Document, tmp_path: Path, source: str, expected: str) -> None:
    own = tmp_path / "own.md"
    own.write_text(source)
    with pytest.raises(BadDataError, match=re.escape(expected)):
        render_report(*gate, template=str(own))


def test_log_text_in_a_user_template_is_code(gate: Document, poisoned: Poison, tmp_path: Path) -> None:
    own = tmp_path / "own.md"
    own.write_text("{{ incidents[0].incident.evidence[1].message }} {{ [incidents[0].incident.title]|join }}")
    text = render_report(*poisoned(gate, lambda text: text + "<b>*x*"), template=str(own))
    assert re.fullmatch(
        r"<p><code>.*</code> <code>.*</code></p>\n", str(cmarkgfm.github_flavored_markdown_to_html(text))
    )


def test_missing_template_is_reported_with_the_available_names(gate: Document) -> None:
    with pytest.raises(IOFailureError, match="one of ticket, remediation, postmortem, summary, or a file"):
        render_report(*gate, template="no-such-file.md")


def test_blank_lines_are_kept_in_fences_and_collapsed_elsewhere(gate: Document, tmp_path: Path) -> None:
    own = tmp_path / "own.md"
    own.write_text("a\n\n\n\n{{ 'x\\n\\n\\ny'|fence }}\n\n\n")
    assert render_report(*gate, template=str(own)) == "a\n\n```\nx\n\n\ny\n```\n"


#: Ways to print log text (TEXT) beside trusted text, or to take trusted text apart.
WAYS = [
    "{{ words.ready ~ TEXT }}",
    "{{ TEXT ~ words.ready }}",
    "{{ words.ready + TEXT }}",
    "{{ TEXT + words.ready }}",
    "{{ (words.ready ~ TEXT)[6:] }}",
    "{{ (TEXT|prose)[1:] }}",
    "{{ TEXT|fence|replace('`', '') }}",
    "{{ TEXT|prose|replace('`', '') }}",
    "{{ TEXT|prose|trim('`') }}",
    "{{ TEXT|fence|cut(40) }}",
    "{{ TEXT|prose|list|join('') }}",
    "{{ TEXT|prose|reverse|reverse }}",
    "{{ TEXT|prose|upper }}",
    "{{ 'abcdefghij'|truncate(9, true, TEXT|cut(1), 0) }}",
    "{{ words.ready|replace('ready', TEXT) }}",
    "{{ TEXT|replace(words.ready, 'x') }}",
    "{{ '%s'|format(TEXT) }}",
    "{% set f %}%s{% endset %}{{ f|format(TEXT) }}",
    "{{ [words.ready, TEXT]|join(TEXT) }}",
    "{{ ['a', 'b']|join(TEXT) }}",
    "{{ [TEXT]|map('upper')|join }}",
    "{{ [TEXT|prose]|map('replace', '`', '')|join }}",
    "{{ plural(1, TEXT) }}",
    "{{ plural(2, 'a', TEXT) }}",
    "{{ shell([TEXT]) }}",
    "{{ explorer(TEXT, TEXT) }}",
    "{{ cite(incidents[0], [TEXT]) }}",
    "{% set x %}{{ TEXT }}{% endset %}{{ x }}",
    "{% set x %}{{ TEXT }}{% endset %}{{ x|replace('`', '') }}",
    "{% set text = TEXT %}{% set x | default(text, true) %}{% endset %}{{ x }}",
    "{{ TEXT }}{{ TEXT }}",
    "{{ TEXT }}{{ words.ready }}{{ TEXT }}",
    "`a`{{ TEXT }}`b`",
    "<div>{{ TEXT }}</div>",
    "<pre>\n{{ TEXT|prose }}\n</pre>",
    "| a | b |\n| --- | --- |\n| {{ TEXT }} | {{ TEXT|cell }} |",
    "```\n{{ TEXT }}\n{{ TEXT|fence }}\n```",
    "Message: {{ TEXT|fence }} and more {{ TEXT|fence }}",
    "- {{ TEXT|fence }}\n> {{ TEXT|fence('text') }}",
    "1. {{ TEXT|fence|under }}",
    "{% set ns = namespace(x='') %}{% set ns.x %}{{ TEXT }}{% endset %}{{ ns.x }}",
    "{% filter replace('zz', TEXT) %}zz{% endfilter %}",
    "{% filter default(TEXT, true) %}{% endfilter %}",
    "{% filter trim('`') %}{{ TEXT }}{% endfilter %}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(TEXT) }}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ TEXT }}{% endcall %}",
    "{% autoescape false %}{{ TEXT }}{{ words.ready ~ TEXT }}{% endautoescape %}",
    "{% autoescape false %}{% set x %}{{ TEXT }}{% endset %}{{ x }}{% endautoescape %}",
    "{% for letter in TEXT|prose %}{{ letter }}{% endfor %}",
    "{{ TEXT|under }}",
    "{{ TEXT|under(10 * 9) }}",
    "{{ TEXT|cell }} {{ TEXT|prose_cell }} {{ TEXT|sentence }} {{ TEXT|utc }} {{ TEXT|basename }}",
    "{{ {words.ready: TEXT}|dictsort|first|join }}",
    "{{ TEXT|title }} {{ TEXT|string }} {{ TEXT|pprint }} {{ TEXT|urlencode }}",
]
POISON = "</code>`` <b>bold</b> *x* [a](https://evil.example) @octocat"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", [POISON, "`" + POISON, "`", "<b>", "*x*"])
def test_log_text_never_becomes_markup(
    gate: Document, poisoned: Poison, tmp_path: Path, way: str, text: str
) -> None:
    own = tmp_path / "own.md"
    own.write_text(way.replace("TEXT", "incidents[0].incident.evidence[1].message"))
    report = render_report(*poisoned(gate, lambda message: message + text), template=str(own))
    unsafe = cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE
    html = str(cmarkgfm.github_flavored_markdown_to_html(report, options=unsafe))
    assert not re.search(r"<(?:b|em|a|strong|img)\b", html), html
    assert "@octocat" not in re.sub(r"<code[^>]*>.*?</code>", "", html, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
            "more than 200,000 steps",
        ),
        (
            "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
            "more than 200,000 steps",
        ),
        ("{% for a in [1] recursive %}{{ loop(range(9999)) }}{% endfor %}", "maximum recursion depth"),
        ("a `{{ 1 }}` b", "own.md:1: a backtick stands without its pair"),
        ("`a`\n``b` {{ 1 }}", "own.md:2: a backtick stands without its pair"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "recursion"),
        ("{{ 'a' * 10 ** 9 }}", "the operator ** is not allowed"),
        ("{{ 'a' * 1000001 }}", "a repetition is too long"),
        ("{{ [1] * 1000001 }}", "a repetition is too long"),
        (
            "{% set ns = namespace(x='ab') %}{% for a in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
            "longer",
        ),
        (
            "{% set ns = namespace(x='ab') %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
            "longer",
        ),
        (
            (
                "{% set ns = namespace(x='ab') %}{% for a in range(99) %}"
                "{% set ns.x %}{{ ns.x }}{{ ns.x }}{% endset %}{% endfor %}"
            ),
            "longer",
        ),
        (
            "{% set ns = namespace(x=3) %}{% for a in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
            "too large",
        ),
        ("{{ 'aa'|replace('a', 'b' * 900000) }}", "longer"),
        ("{{ '%9999999999d'|format(1) }}", "without a width"),
        ("{{ '%d' % 1 }}", "the operator % is not allowed"),
        ("{{ '{}'.format(1) }}", "'format'"),
        ("{{ 'a'.center(99999999) }}", "'center'"),
        ("{{ words.ready.replace('ready', '<b>') }}", "'replace'"),
        ("{{ words.ready.escape('<b>') }}", "'escape'"),
        (
            "{% set a = 'x' * 900000 %}{% for i in range(99) %}{{ a }}{% endfor %}",
            "prints more than 20,000,000",
        ),
        ("{{ lipsum() }}", "'lipsum' is undefined"),
        ("{{ 'a'|center(9) }}", "No filter named 'center'"),
    ],
)
def test_template_is_bounded(gate: Document, tmp_path: Path, source: str, expected: str) -> None:
    own = tmp_path / "own.md"
    own.write_text(source)
    with pytest.raises(BadDataError, match=re.escape(expected)):
        render_report(*gate, template=str(own))


def test_template_that_takes_too_long_is_ended(
    gate: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(range(0, 10_000, 50))
    monkeypatch.setattr("triage.rendering.user_templates.monotonic", lambda: next(times))
    own = tmp_path / "own.md"
    own.write_text("\n{% for a in range(9) %}{% endfor %}")
    with pytest.raises(BadDataError, match=r"own\.md:2: the template takes more than 60 s"):
        render_report(*gate, template=str(own))


def test_ordinary_template_may_loop_join_and_call(gate: Document, tmp_path: Path) -> None:
    own = tmp_path / "own.md"
    own.write_text(
        "{% macro row(a, b) %}{{ a }}: {{ b }}{% endmacro %}"
        "{% for n in range(2) %}{{ loop.index }}/{{ loop.length }} {% endfor %}; "
        "{{ row(words.ready, 'x' ~ 1) }}; {{ words.ready ~ words.degraded }}; {{ [1, 2]|join(' / ') }}; "
        "{% set title %}{{ words.ready }} **now**{% endset %}{{ title }}; {{ 2 * 3 + 1 }}; {{ '%.1f'|format(1) }}"
    )
    assert render_report(*gate, template=str(own)) == (
        "1/2 2/2 ; ready: `x1`; readydegraded; 1 / 2; ready **now**; 7; `1.0`\n"
    )


def test_parts_of_our_own_templates_can_be_imported(gate: Document, tmp_path: Path) -> None:
    own = tmp_path / "own.md"
    own.write_text('{% import "_parts.md.j2" as parts with context %}\n{{ parts.coverage(report) }}')
    assert "entries from 1 file (`day.json`)" in render_report(*gate, template=str(own))
