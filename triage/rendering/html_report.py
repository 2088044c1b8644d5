"""Report as one HTML page without network access; it runs only its own script.

A content security policy names the hashes of the one style and the one script, so a browser runs no text from
a log. All text is escaped, and control characters are written out.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import tzinfo
from functools import cache, partial
from hashlib import sha256
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import msgspec
from markupsafe import Markup, escape

from triage.measures import count_responses, measure_latencies
from triage.models import Chain, Diagnosis, Playbook, Timeline
from triage.redact import DOCUMENT_NAMES, Redactor
from triage.rendering import formatting
from triage.rendering.chain_graph import ChainGraph, build_chain_graph
from triage.rendering.change_view import describe_items
from triage.rendering.escape import QUOTED, SafeMarkdown
from triage.rendering.playbooks import find_unfilled
from triage.rendering.report_view import WORDS, ReportView
from triage.rendering.swimlane import WIDTH, draw_swimlane
from triage.resources import root
from triage.text import clean, pluralize, summary_line

if TYPE_CHECKING:
    from jinja2 import Template

_EXPLORER = "https://console.cloud.google.com/logs/query"
_INLINE = re.compile(r"`([^`]+)`|\*\*(.+?)\*\*", re.DOTALL)
_PARAGRAPHS = re.compile(r"\n\s*\n")


def render_html(
    diagnosis: Diagnosis,
    timeline: Timeline,
    *,
    chains: Mapping[str, Chain] | None = None,
    impact: str = "",
    zone: tzinfo | None = None,
    playbooks: Mapping[str, Playbook] | None = None,
) -> str:
    """Return the report of a diagnosis as one page of HTML, secrets masked.

    ``chains`` maps pack ids to readiness chains, which name the critical checks. ``impact`` is the business
    impact. ``zone`` adds local times. ``playbooks`` are those beside the packs.
    """
    redactor = Redactor(by_name=DOCUMENT_NAMES)
    layout = ReportView(
        msgspec.convert(redactor.redact_document(msgspec.to_builtins(diagnosis)), Diagnosis),
        msgspec.convert(redactor.redact_document(msgspec.to_builtins(timeline)), Timeline),
        dict(redactor.counts),
        redactor.redact_text(impact),
        zone,
        playbooks or {},
    )
    return _template().render(_template_context(layout, chains or {}))


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "utc": formatting.format_utc,
        "summary_line": summary_line,
        "quoted": _quote_code,
        "basename": lambda path: PurePath(path).name,
        "lines": _join_commands,
        "explorer": _explorer_url,
        "short": _short_instance,
    }
    environment.filters |= filters
    style, script = (_read_asset(name) for name in ("report.css", "report.js"))
    policy = f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
    policy += "base-uri 'none'; form-action 'none'"
    environment.globals |= {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704 - built-in assets
    return environment.from_string(_read_asset("report.html.j2"))


def _read_asset(name: str) -> str:
    return (root("reports") / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _finalize(value: Any) -> Any:
    """Return what ``{{ value }}`` prints: trusted markup unchanged, text escaped."""
    if isinstance(value, SafeMarkdown):
        return _playbook_html(value)
    return value if isinstance(value, Markup) or not isinstance(value, str) else clean(value)


def _playbook_html(text: str) -> Markup:
    """Return playbook Markdown as HTML: code, bold and paragraphs only."""
    paragraphs = [_inline_html(part) for part in _PARAGRAPHS.split(str(text).strip())]
    return paragraphs[0] if len(paragraphs) == 1 else Markup("<br><br>").join(paragraphs)


def _quote_code(text: str) -> Markup:
    """Return a sentence that may quote log text; what stands in backticks is code."""
    shown = [Markup("{}"), Markup("<code>{}</code>")]
    parts = enumerate(map(clean, QUOTED.split(text)))
    return Markup().join(shown[index % 2].format(part) for index, part in parts)


def _inline_html(text: str) -> Markup:
    markup, at = Markup(), 0
    for found in _INLINE.finditer(text):
        markup += text[at : found.start()]
        markup += (
            Markup("<code>{}</code>").format(found[1]) if found[1] else Markup("<b>{}</b>").format(found[2])
        )
        at = found.end()
    return markup + escape(text[at:])


def _join_commands(commands: list[str]) -> str:
    """Return the commands of a playbook, one per line."""
    return "\n".join(map(str, commands))


def _explorer_url(url: str) -> str:
    """Return the address if it is of Logs Explorer, else ""."""
    return url if url.startswith((_EXPLORER + ";", _EXPLORER + "?")) else ""


def _short_instance(instance: str) -> str:
    """Return the end of an instance id; ids share their beginning."""
    return f"…{instance[-8:]}" if len(instance) > 8 else instance


def _chain_graph(layout: ReportView, chains: Mapping[str, Chain]) -> ChainGraph | None:
    """Return the chain of the decisive run, or of the last validation.

    The decisive run is that of the first incident. The chain is not reached if the incident began before it.
    Without checks there is no chain.
    """
    if not layout.incidents:
        validations = [
            run for run in layout.timeline.runs if run.kind == "validation" and run.service == layout.service
        ]
        state = layout.main
        return (
            build_chain_graph(validations[-1], chains.get(state.chain), None)
            if validations and state
            else None
        )
    view = layout.incidents[0]
    chain = chains.get(view.state.chain) if view.state else None
    run = view.decisive_run if view.checks else view.reference
    if run is None and not view.not_reached:
        return None
    return build_chain_graph(run, chain, view.incident.scope.environment)


def _template_context(layout: ReportView, chains: Mapping[str, Chain]) -> dict[str, Any]:
    incidents = layout.diagnosis.incidents
    lines = {line.insert_id: line.message for found in incidents for line in found.evidence}
    first = incidents[0].scope.runs if incidents else []
    return {
        "report": layout,
        "diagnosis": layout.diagnosis,
        "incidents": layout.incidents,
        "words": WORDS,
        "chain": _chain_graph(layout, chains),
        "lanes": draw_swimlane(layout.timeline.runs, first, lines, layout.changes, layout.linked_change),
        "width": WIDTH,
        "latencies": measure_latencies(
            [run for run in layout.timeline.runs if run.service == layout.service]
        ),
        "responses": count_responses(
            [asked for asked in layout.timeline.requests if asked.service == layout.service]
        ),
        "plural": pluralize,
        "describe_items": describe_items,
        "seconds": formatting.format_seconds,
        "local": partial(_format_local, layout.zone),
        "unfilled": lambda commands: find_unfilled(_join_commands(commands)),
    }


def _format_local(zone: tzinfo | None, timestamp: str) -> str:
    return formatting.format_local(timestamp, zone) if zone else ""
