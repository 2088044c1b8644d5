"""Markdown reports: templates of reports/, or a template of the user."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import tzinfo
from functools import cache, partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import msgspec

from triage.errors import BadDataError, IOFailureError, UsageError
from triage.models import Comparison, Diagnosis, Gate, Incident, LoadTest, Playbook, Timeline
from triage.redact import DOCUMENT_NAMES, Redactor
from triage.rendering import escape, formatting, report_view
from triage.rendering.change_view import describe_item, describe_items
from triage.rendering.evidence import mask_gate as masked_gate
from triage.rendering.incident_view import IncidentView
from triage.rendering.playbooks import find_unfilled
from triage.resources import root
from triage.text import format_seconds, pluralize, quotes, round_number, summary_line

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = {
    "ticket": "ticket.md.j2",
    "remediation": "remediation.md.j2",
    "postmortem": "postmortem.md.j2",
    "summary": "summary.txt.j2",
}
#: Template of ``render_verification``, which needs two sides.
_VERIFICATION = "verification.md.j2"
_FENCE = re.compile(r"\s*(`{3,})")
#: What a template can be at fault for beside Jinja's own errors.
_FAULTS_OF_TEMPLATES = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
#: Words that are printed as they are with a count.
_PLAIN_WORDS = re.compile(r"[A-Za-z][A-Za-z -]{0,60}", re.ASCII)


def render_report(
    diagnosis: Diagnosis,
    timeline: Timeline,
    *,
    template: str = "ticket",
    impact: str = "",
    zone: tzinfo | None = None,
    playbooks: Mapping[str, Playbook] | None = None,
    load: LoadTest | None = None,
    alertable: Collection[str] = (),
) -> str:
    """Return the report of a diagnosis as Markdown or plain text.

    Plain text is for ``summary`` and files named ``*.txt*``. ``template`` is ticket, remediation,
    postmortem, summary or the path of a Jinja2 file, which runs in a sandbox. ``impact`` is the business
    impact, ``zone`` adds local times, ``playbooks`` are those beside the packs, ``alertable`` the causes for
    which ``triage alerts`` makes a policy. The success metrics include those that ``load`` measured. Secrets
    are masked, and text that may come from a log stands inside code.

    Raises:
        IOFailureError: the user's template cannot be read.
        BadDataError: the user's template is invalid or uses something forbidden.
        UsageError: the template needs two sides.

    """
    redactor = Redactor(by_name=DOCUMENT_NAMES)
    masked_diagnosis = msgspec.convert(redactor.redact_document(msgspec.to_builtins(diagnosis)), Diagnosis)
    masked_timeline = msgspec.convert(redactor.redact_document(msgspec.to_builtins(timeline)), Timeline)
    layout = report_view.ReportView(
        masked_diagnosis,
        masked_timeline,
        dict(redactor.counts),
        redactor.redact_text(impact),
        zone,
        playbooks or {},
        load,
        alertable,
    )
    if template == "verification":
        raise UsageError(
            "the template verification is made of two sides", "triage compare BEFORE AFTER --format markdown"
        )
    if template == "comment":
        raise UsageError("the template comment is now ticket", "--template ticket, which is the default")
    if template in TEMPLATES:
        name = TEMPLATES[template]
        return _collapse_blank_lines(
            _builtin_environment(plain=_is_plain_text(name))
            .get_template(name)
            .render(_report_context(layout), md=escape.SafeMarkdown)
        )
    try:
        source = Path(template).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise IOFailureError(
            f"cannot read the template {template}: {error}", f"one of {', '.join(TEMPLATES)}, or a file"
        ) from error
    return _collapse_blank_lines(_fill_user_template(template, source, _report_context(layout)))


def _fill_user_template(name: str, source: str, context: dict[str, Any]) -> str:
    """Return what a user's template prints.

    Raises:
        BadDataError: it has a fault; the message names file and line.

    """
    import jinja2

    from triage.rendering.user_templates import line_of, render_bounded

    where = PurePath(name).name
    try:
        template = _make_environment(plain=_is_plain_text(name), user=True).from_string(source)
        return render_bounded(template, context)
    except jinja2.TemplateSyntaxError as error:
        raise BadDataError(f"{where}:{error.lineno}: {error.message}", "fix the template") from error
    except (jinja2.TemplateError, *_FAULTS_OF_TEMPLATES) as error:
        line = line_of(error)
        what = str(error) or type(error).__name__
        raise BadDataError(
            f"{where}:{line}: {what}" if line else f"{where}: {what}",
            "docs/reports.md names what a template can use",
        ) from error


def render_gate_summary(gate: Gate) -> str:
    """Return the result of a gate as Markdown, secrets masked."""
    return render_builtin("gate.md.j2", gate=masked_gate(gate))


def render_builtin(name: str, **values: Any) -> str:
    """Return what a built-in template of Markdown prints."""
    page = _builtin_environment(plain=False).get_template(name)
    return _collapse_blank_lines(page.render(_template_functions(None), md=escape.SafeMarkdown, **values))


def render_load(test: LoadTest) -> str:
    """Return a load test as Markdown, secrets masked."""
    masked = msgspec.convert(test.to_dict(), LoadTest)
    return render_builtin("load.md.j2", test=masked)


def render_verification(
    comparison: Comparison,
    incident: Incident | None,
    timeline: Timeline,
    revision: str,
    playbooks: Mapping[str, Playbook] | None = None,
    *,
    load: LoadTest | None = None,
) -> str:
    """Return the report of a comparison as Markdown, secrets masked.

    ``incident`` is the first incident of BEFORE. ``timeline`` is that of AFTER; the success metrics of the
    playbook are measured on its newest ``revision``. ``playbooks`` are those beside the packs,
    ``load`` is a load test that measured some of them too.
    """
    redactor = Redactor(by_name=DOCUMENT_NAMES)
    masked = msgspec.convert(redactor.redact_document(msgspec.to_builtins(comparison)), Comparison)
    after = msgspec.convert(redactor.redact_document(msgspec.to_builtins(timeline)), Timeline)
    view = None
    if incident is not None:
        masked_incident = msgspec.convert(redactor.redact_document(msgspec.to_builtins(incident)), Incident)
        view = IncidentView(1, masked_incident, None, after, playbooks or {}, load)
    return render_builtin(
        _VERIFICATION,
        comparison=masked,
        view=view,
        revision=redactor.redact_text(revision),
        masked=dict(redactor.counts),
    )


def _is_plain_text(name: str) -> bool:
    return ".txt" in Path(name).suffixes


@cache
def _builtin_environment(*, plain: bool) -> "Environment":
    """Return the cached environment of the built-in templates."""
    return _make_environment(plain=plain, user=False)


def _make_environment(*, plain: bool, user: bool) -> "Environment":
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    options: dict[str, Any] = {
        "loader": FunctionLoader(_read_template),
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    of_text: dict[str, Callable[..., Any]] = {
        "prose": escape.markdown_prose,
        "sentence": escape.markdown_sentence,
        "cell": escape.markdown_cell,
        "prose_cell": escape.markdown_prose_cell,
        "cut": escape.truncate,
        "summary_line": summary_line,
        "basename": lambda path: PurePath(path).name,
        "utc": formatting.format_utc if plain else escape.markdown_time,
    }
    of_markdown = {"under": escape.indent, "wrapped": escape.wrap}
    environment: Environment
    if user:
        from triage.rendering.user_templates import UserEnvironment, on_plain_text

        environment = UserEnvironment(plain=plain, **options)
        text_filters = {name: on_plain_text(function) for name, function in of_text.items()}
        environment.filters |= text_filters | of_markdown
        return environment
    printed = escape.finalize_plain if plain else escape.finalize
    environment = Environment(finalize=printed, autoescape=not plain, **options)  # noqa: S701 (plain text)
    environment.filters |= of_text | of_markdown
    environment.filters |= {"fence": escape.markdown_fence, "join": escape.join_values}
    return environment


def _read_template(name: str) -> str | None:
    """Return the text of a built-in template, None if there is none of this name."""
    file = root("reports") / name if re.fullmatch(r"[a-z_]+\.(?:md|txt)\.j2", name) else None
    return file.read_text(encoding="utf-8") if file is not None and file.is_file() else None


def _report_context(layout: report_view.ReportView) -> dict[str, Any]:
    return {
        "report": layout,
        "diagnosis": layout.diagnosis,
        "timeline": layout.timeline,
        "incidents": layout.incidents,
        **_template_functions(layout.zone),
    }


def _template_functions(zone: tzinfo | None) -> dict[str, Any]:
    """Return the words and functions for all built-in templates."""
    return {
        "words": {verdict: escape.SafeMarkdown(word) for verdict, word in report_view.WORDS.items()},
        "plural": _pluralize,
        "seconds": lambda value: escape.SafeMarkdown(format_seconds(value)),
        "rounded": lambda value: escape.SafeMarkdown(round_number(value)),
        "local": partial(_format_local, zone),
        "cite": _cite_evidence,
        "shell": _fence_commands,
        "due": lambda fix: escape.SafeMarkdown(fix.due),
        "explorer": escape.explorer_link,
        "quotes": quotes,
        "describe_items": describe_items,
        "describe_item": describe_item,
        "unfilled": lambda commands: [
            escape.SafeMarkdown(word) for word in find_unfilled("\n".join(commands))
        ],
    }


def _format_local(zone: tzinfo | None, timestamp: str) -> escape.SafeMarkdown:
    return escape.SafeMarkdown(formatting.format_local(timestamp, zone) if zone else "")


def _pluralize(count: int, one: str, many: str = "") -> escape.SafeMarkdown:
    """Return a count with its noun; what is no plain word is printed as text."""
    words = [
        word if _PLAIN_WORDS.fullmatch(word) else str(escape.finalize(word)) for word in (one, many) if word
    ]
    return escape.SafeMarkdown(pluralize(int(count), *words))


def _fence_commands(commands: list[str]) -> escape.SafeMarkdown:
    """Return commands as a block; those of playbooks stay exact, so that they can be copied."""
    exact = all(isinstance(command, escape.SafeMarkdown) for command in commands)
    return escape.markdown_fence("\n".join(commands), "bash", exact=exact)


def _cite_evidence(found: IncidentView, names: list[str]) -> escape.SafeMarkdown:
    """Return links to evidence lines; other names are insertIds."""
    if not isinstance(found, IncidentView):
        raise TypeError("cite takes an incident of `incidents` and names of its evidence")
    return escape.join_values(
        escape.SafeMarkdown(f"[{name}](#i{found.number}-{name.lower()})")
        if found.has_evidence(name)
        else name
        for name in names
    )


def _collapse_blank_lines(text: str) -> str:
    """Return the text with repeated blank lines collapsed, except inside fences.

    A fence may hold log text.
    """
    return "\n".join(_collapsed(text.strip("\n").split("\n"))) + "\n"


def _collapsed(lines: list[str]) -> Iterator[str]:
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
