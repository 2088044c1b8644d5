"""Log text in reports is escaped, whatever it holds."""

import re
from collections.abc import Callable

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.examples import examples
from triage.models import Diagnosis, Timeline
from triage.rendering.escape import markdown_prose_cell
from triage.rendering.markdown_report import render_report
from triage.rendering.playbooks import load_playbook, playbook_names

Document = tuple[Diagnosis, Timeline]
Poison = Callable[[Document, Callable[[str], str]], Document]
MARKDOWN = ["ticket", "remediation", "postmortem"]
ALLOWED = {
    "a", "blockquote", "br", "code", "details", "em", "h1", "h2", "h3", "li", "ol", "p", "pre", "strong", "summary", "table", "tbody", "td",
    "th", "thead", "tr", "ul", "input",
}  # fmt: skip
ATTACKS = [
    "# heading", "</details></summary><script>alert(1)</script>", "<!-- hidden -->", "![x](https://e.example/i.png)", "[x](javascript:alert(1))",
    "```\n## fake verdict: ready\n```", "@octocat @org/team #12 GH-1", "a|b|c", "\n\n---\n\n# forged", "`` ` ``", "\x1b[2J\u202e\u2028",
    "{{ 7*7 }}{% raw %}", "- [x] done", "&lt;b&gt;&#60;i&#62;", "$$x$$ :tada:", 'c1 --> c2; click c1 href "https://e.example"', "\r## x", "<img src=x>",
    "</table>", "E1", "[E1]", "%%{init: {}}%%", "1. one\n2. two", "https://e.example/x www.example.com",
]  # fmt: skip
PAGES = {load_playbook(name).docs for name in playbook_names()} - {""}
pieces = st.one_of(st.sampled_from(ATTACKS), st.text(st.characters(exclude_categories=[]), max_size=12))


def page(markdown: str) -> str:
    return str(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))


@pytest.mark.parametrize("template", MARKDOWN)
@given(attack=st.lists(pieces, min_size=1, max_size=4).map("".join), before=st.booleans())
@example(attack='_|c1 --> c2; click c1 href "https://e.example"', before=False)
@settings(
    max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_log_text_is_escaped(
    gate: Document, poisoned: Poison, template: str, attack: str, *, before: bool
) -> None:
    calm = page(render_report(*gate, template=template))
    text = render_report(
        *poisoned(gate, lambda text: attack + text if before else text + attack), template=template
    )
    shown = page(text)
    assert {tag.lower() for tag in re.findall(r"</?([a-zA-Z!][a-zA-Z0-9-]*)", shown)} <= ALLOWED
    for tag in ("h1", "h2", "details", "summary", "ol", "tbody"):
        assert shown.count(f"<{tag}>") == calm.count(f"<{tag}>")
    assert all(
        url.startswith(("#i", "https://console.cloud.google.com/logs/query;")) or url in PAGES
        for url in re.findall(r'href="([^"]*)"', shown)
    )
    assert not re.search(r"@[A-Za-z0-9]", re.sub(r"```bash.*?```", "", text, flags=re.DOTALL))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e]", text)
    words = "".join(
        child.content
        for token in MarkdownIt("gfm-like", {"html": True}).parse(text)
        for child in token.children or []
        if child.type == "text"
    )
    assert not re.search(r"#\d|GH-\d|:tada:", words)


def test_only_safe_names_reach_a_diagram(database: Document, poisoned: Poison) -> None:
    text = render_report(
        *poisoned(database, lambda text: text + '"]; click c1 href "https://e.example" %%{init}%%')
    )
    diagrams = re.findall(r"```mermaid\n(.*?)\n```", text, re.DOTALL)
    assert diagrams
    assert not any("click" in diagram or "%%" in diagram for diagram in diagrams)


def test_plain_text_has_no_control_characters(gate: Document, poisoned: Poison) -> None:
    text = render_report(
        *poisoned(gate, lambda text: text + "\x1b]0;x\x07\u202e\r\nPASS"), template="summary"
    )
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_bar_in_a_table_cell_is_escaped_inside_of_its_code() -> None:
    assert markdown_prose_cell("startup failure |c1") == "startup failure `\\|c1`"
    assert "<code>|c1</code>" in page(f"| a |\n| - |\n| {markdown_prose_cell('|c1')} |\n")
