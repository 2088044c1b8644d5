"""The report as one page of HTML, which asks nothing of the network and runs nothing but its own little script.

The page carries a content policy that names its one style and its one script by their hashes: whatever text a log
brought into it, the browser would run none of it. Every text is escaped, and what acts or hides is written out.
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
from triage.models import Chain, Diagnosis, Timeline
from triage.redact import DOCUMENT_NAMES, Redactor
from triage.rendering import formatting
from triage.rendering.chain_graph import ChainGraph, build_chain_graph
from triage.rendering.escape import SafeMarkdown, summary_line
from triage.rendering.playbooks import find_unfilled
from triage.rendering.report_view import WORDS, ReportView
from triage.rendering.swimlane import WIDTH, draw_swimlane
from triage.resources import root
from triage.text import clean

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
) -> str:
    """Return the report of a diagnosis as one page of HTML, secrets masked.

    ``chains`` are the readiness chains by the id of their pack: they say which checks are critical. ``impact`` is
    what the reader knows of the business impact; ``zone`` adds local times.
    """
    redactor = Redactor(by_name=DOCUMENT_NAMES)
    layout = ReportView(
        msgspec.convert(redactor.redact_document(msgspec.to_builtins(diagnosis)), Diagnosis),
        msgspec.convert(redactor.redact_document(msgspec.to_builtins(timeline)), Timeline),
        dict(redactor.counts),
        redactor.redact_text(impact),
        zone,
    )
    return _template().render(_template_context(layout, chains or {}))


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    made = Environment(
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
        "basename": lambda path: PurePath(path).name,
        "lines": _join_commands,
        "explorer": _explorer_url,
        "short": _short_instance,
    }
    made.filters |= filters
    style, script = (_read_asset(name) for name in ("report.css", "report.js"))
    policy = f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'"
    made.globals |= {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704 - assets of ours
    return made.from_string(_read_asset("report.html.j2"))


def _read_asset(name: str) -> str:
    return (root("reports") / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _finalize(value: Any) -> Any:
    """Return what ``{{ value }}`` prints: what templates and filters made as it is, any other text written out."""
    if isinstance(value, SafeMarkdown):
        return _playbook_html(value)
    return value if isinstance(value, Markup) or not isinstance(value, str) else clean(value)


def _playbook_html(text: str) -> Markup:
    """Return Markdown of a playbook as HTML: code, bold and paragraphs, which is all that playbooks use."""
    paragraphs = [_inline_html(part) for part in _PARAGRAPHS.split(str(text).strip())]
    return paragraphs[0] if len(paragraphs) == 1 else Markup("<br><br>").join(paragraphs)


def _inline_html(text: str) -> Markup:
    made, at = Markup(), 0
    for found in _INLINE.finditer(text):
        made += text[at : found.start()]
        made += (
            Markup("<code>{}</code>").format(found[1]) if found[1] else Markup("<b>{}</b>").format(found[2])
        )
        at = found.end()
    return made + escape(text[at:])


def _join_commands(commands: list[str]) -> str:
    """Return commands of a playbook one under the other, to be copied as they are."""
    return "\n".join(map(str, commands))


def _explorer_url(url: str) -> str:
    """Return the address when it leads into Logs Explorer, else ""."""
    return url if url.startswith((_EXPLORER + ";", _EXPLORER + "?")) else ""


def _short_instance(instance: str) -> str:
    """Return the end of an instance id, which tells instances apart: they begin alike."""
    return f"…{instance[-8:]}" if len(instance) > 8 else instance


def _chain_graph(layout: ReportView, chains: Mapping[str, Chain]) -> ChainGraph | None:
    """Return the chain as the first incident's decisive run, else the service's last validation, went through it.

    Of an incident that began before the chain none of it was reached; of any other, runs without a check tell nothing.
    """
    if not layout.incidents:
        made = [
            run for run in layout.timeline.runs if run.kind == "validation" and run.service == layout.service
        ]
        state = layout.main
        return build_chain_graph(made[-1], chains.get(state.chain), None) if made and state else None
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
        "lanes": draw_swimlane(layout.timeline.runs, first, lines),
        "width": WIDTH,
        "paces": measure_latencies([run for run in layout.timeline.runs if run.service == layout.service]),
        "answers": count_responses(
            [asked for asked in layout.timeline.requests if asked.service == layout.service]
        ),
        "plural": formatting.pluralize,
        "seconds": formatting.format_seconds,
        "local": partial(_format_local, layout.zone),
        "unfilled": lambda commands: find_unfilled(_join_commands(commands)),
    }


def _format_local(zone: tzinfo | None, timestamp: str) -> str:
    return formatting.format_local(timestamp, zone) if zone else ""
