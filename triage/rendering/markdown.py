"""The report: a template of reports/ (or the user's own file) filled with what was found."""

import re
from collections.abc import Iterator
from datetime import tzinfo
from functools import cache, partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import msgspec

from triage.errors import IOFailureError, UsageError
from triage.models import Comparison, Diagnosis, Gate, Incident, Timeline
from triage.redact import DOCUMENT_NAMES, Redactor
from triage.rendering import escape, moments, view
from triage.rendering.evidence import masked as masked_gate
from triage.rendering.incident import IncidentView
from triage.rendering.playbooks import unfilled
from triage.resources import root

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = {
    "remediation": "remediation.md.j2",
    "comment": "comment.md.j2",
    "postmortem": "postmortem.md.j2",
    "summary": "summary.txt.j2",
}
#: The template of ``verification``, which is made of two sides.
_VERIFICATION = "verification.md.j2"
_FENCE = re.compile(r"\s*(`{3,})")
#: Filters of Jinja that make Markup of what they are given: in a user's template they would print log text as markup.
_UNSAFE_FILTERS = ("safe", "e", "escape", "forceescape", "urlize", "xmlattr", "tojson", "striptags")


def report(
    diagnosis: Diagnosis,
    timeline: Timeline,
    *,
    template: str = "remediation",
    impact: str = "",
    zone: tzinfo | None = None,
) -> str:
    """Return the report of a diagnosis: Markdown, or plain text for ``summary`` and files named ``*.txt*``.

    ``template`` is one of remediation, comment, postmortem, summary, or the path of a Jinja2 file, which runs in a
    sandbox. ``impact`` is what the reader knows of the business impact, which logs do not show; ``zone`` adds local
    times. Secrets are masked, and every text that may come from a log stands inside code.

    Raises:
        IOFailureError: the user's template cannot be read.
        UsageError: the user's template is no template, or uses what it may not, or one of ours needs two sides.

    """
    import jinja2

    redactor = Redactor(by_name=DOCUMENT_NAMES)
    masked_diagnosis = msgspec.convert(redactor.document(msgspec.to_builtins(diagnosis)), Diagnosis)
    masked_timeline = msgspec.convert(redactor.document(msgspec.to_builtins(timeline)), Timeline)
    layout = view.View(masked_diagnosis, masked_timeline, dict(redactor.counts), redactor.text(impact), zone)
    if template == "verification":
        raise UsageError(
            "the template verification is made of two sides", "triage compare BEFORE AFTER --format markdown"
        )
    if template in TEMPLATES:
        name = TEMPLATES[template]
        return _tidy(
            _shipped(plain=_is_plain(name)).get_template(name).render(_context(layout), md=escape.Md)
        )
    try:
        source = Path(template).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise IOFailureError(
            f"cannot read the template {template}: {error}", f"one of {', '.join(TEMPLATES)}, or a file"
        ) from error
    try:
        return _tidy(
            _environment(plain=_is_plain(template), user=True).from_string(source).render(_context(layout))
        )
    except jinja2.TemplateSyntaxError as error:
        raise UsageError(f"{template}:{error.lineno}: {error.message}", "mend the template") from error
    except (jinja2.TemplateError, TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{template}: {error}", "docs/reports.md names what a template can use") from error


def gate_summary(gate: Gate) -> str:
    """Return the judgement of a gate as Markdown, secrets masked."""
    page = _shipped(plain=False).get_template("gate.md.j2")
    return _tidy(page.render(_words(None), gate=masked_gate(gate), md=escape.Md))


def verification(comparison: Comparison, incident: Incident | None, timeline: Timeline, revision: str) -> str:
    """Return the report of a comparison as Markdown, secrets masked.

    ``incident`` is that of BEFORE: the success metrics of its playbook are measured on ``timeline``, what AFTER shows of
    its newest ``revision``.
    """
    redactor = Redactor(by_name=DOCUMENT_NAMES)
    masked = msgspec.convert(redactor.document(msgspec.to_builtins(comparison)), Comparison)
    after = msgspec.convert(redactor.document(msgspec.to_builtins(timeline)), Timeline)
    view = None
    if incident is not None:
        told = msgspec.convert(redactor.document(msgspec.to_builtins(incident)), Incident)
        view = IncidentView(1, told, None, after)
    page = _shipped(plain=False).get_template(_VERIFICATION)
    return _tidy(
        page.render(
            _words(None),
            comparison=masked,
            view=view,
            revision=redactor.text(revision),
            masked=dict(redactor.counts),
            md=escape.Md,
        )
    )


def _is_plain(name: str) -> bool:
    return ".txt" in Path(name).suffixes


@cache
def _shipped(*, plain: bool) -> "Environment":
    """Return the environment of our own templates, which are compiled once."""
    return _environment(plain=plain, user=False)


def _environment(*, plain: bool, user: bool) -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = (ImmutableSandboxedEnvironment if user else Environment)(
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        autoescape=not plain,
        finalize=escape.finalize_plain if plain else escape.finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for unsafe in _UNSAFE_FILTERS:
        del made.filters[unsafe]
    made.filters |= {
        "prose": escape.markdown_prose,
        "sentence": escape.markdown_sentence,
        "cell": escape.markdown_cell,
        "prose_cell": escape.markdown_prose_cell,
        "fence": escape.markdown_fence,
        "under": escape.indented,
        "cut": escape.cut,
        "essence": escape.essence,
        "wrapped": escape.wrapped,
        "basename": lambda path: PurePath(path).name,
        "join": escape.listed,
        "utc": moments.utc if plain else escape.time,
    }
    return made


def _source(name: str) -> str | None:
    """Return the text of a template of ours, for a template that imports or extends it."""
    file = root("reports") / name if re.fullmatch(r"[a-z_]+\.(?:md|txt)\.j2", name) else None
    return file.read_text(encoding="utf-8") if file is not None and file.is_file() else None


def _context(layout: view.View) -> dict[str, Any]:
    return {
        "report": layout,
        "diagnosis": layout.diagnosis,
        "timeline": layout.timeline,
        "incidents": layout.incidents,
        **_words(layout.zone),
    }


def _words(zone: tzinfo | None) -> dict[str, Any]:
    """Return the words and functions that every template of ours uses."""
    return {
        "words": {verdict: escape.Md(word) for verdict, word in view.WORDS.items()},
        "plural": lambda *words: escape.Md(moments.plural(*words)),
        "seconds": lambda value: escape.Md(moments.seconds(value)),
        "local": partial(_local, zone),
        "cite": _cite,
        "shell": lambda commands: escape.markdown_fence("\n".join(commands), "bash", exact=True),
        "explorer": escape.link,
        "unfilled": lambda commands: [escape.Md(word) for word in unfilled("\n".join(commands))],
    }


def _local(zone: tzinfo | None, timestamp: str) -> escape.Md:
    return escape.Md(moments.local(timestamp, zone) if zone else "")


def _cite(found: IncidentView, names: list[str]) -> escape.Md:
    """Return the names of evidence lines as links to them; another name is an insertId."""
    return escape.listed(
        escape.Md(f"[{name}](#i{found.number}-{name.lower()})") if found.cites(name) else name
        for name in names
    )


def _tidy(text: str) -> str:
    """Return the text with runs of empty lines made one, but inside fences, where they may be a log's own."""
    return "\n".join(_tidied(text.strip("\n").split("\n"))) + "\n"


def _tidied(lines: list[str]) -> Iterator[str]:
    fence, empty = "", False
    for line in lines:
        found = _FENCE.match(line)
        if fence:
            fence = "" if line.strip() == fence else fence
        elif found:
            fence = found[1]
        elif not line.strip():
            empty = True
            continue
        if empty:
            yield ""
            empty = False
        yield line if fence else line.rstrip()
