"""Report as one HTML page without network access; it runs only its own script.

A content security policy names the hashes of the one style and the one script, so a browser runs no text from
a log. All text is escaped, and control characters are written out.
"""

from base64 import b64encode
from collections.abc import Collection, Mapping
from datetime import tzinfo
from functools import cache
from hashlib import sha256
from typing import Any

import msgspec
from markupsafe import Markup

from triage.measures import count_responses, measure_latencies
from triage.models import Chain, Diagnosis, Playbook, Timeline
from triage.redact import DOCUMENT_NAMES, Redactor
from triage.rendering.chain_graph import ChainGraph, build_chain_graph
from triage.rendering.html_page import html_environment, read_asset, time_context
from triage.rendering.report_view import ReportView
from triage.rendering.swimlane import draw_swimlane


def render_html(
    diagnosis: Diagnosis,
    timeline: Timeline,
    *,
    chains: Mapping[str, Chain] | None = None,
    impact: str = "",
    zone: tzinfo | None = None,
    playbooks: Mapping[str, Playbook] | None = None,
    alertable: Collection[str] = (),
) -> str:
    """Return the report of a diagnosis as one page of HTML, secrets masked.

    ``chains`` maps pack ids to readiness chains, which name the critical checks. ``impact`` is the business
    impact. ``zone`` adds local times. ``playbooks`` are those beside the packs,
    ``alertable`` the causes for which ``triage alerts`` makes a policy.
    """
    redactor = Redactor(by_name=DOCUMENT_NAMES)
    layout = ReportView(
        msgspec.convert(redactor.redact_document(msgspec.to_builtins(diagnosis)), Diagnosis),
        msgspec.convert(redactor.redact_document(msgspec.to_builtins(timeline)), Timeline),
        dict(redactor.counts),
        redactor.redact_text(impact),
        zone,
        playbooks or {},
        alertable=alertable,
    )
    return html_environment().get_template("report.html.j2").render(_template_context(layout, chains or {}))


@cache
def _page_context() -> dict[str, Any]:
    """Return the style and the script of the page, and the policy that allows only these."""
    style, script = read_asset("report.css"), read_asset("_parts.js", "report.js")
    policy = f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
    policy += "base-uri 'none'; form-action 'none'"
    return {"style": Markup(style), "script": Markup(script), "policy": policy}  # noqa: S704 - built-in assets


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


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
        **_page_context(),
        **time_context(layout.zone),
        "report": layout,
        "diagnosis": layout.diagnosis,
        "incidents": layout.incidents,
        "chain": _chain_graph(layout, chains),
        "lanes": draw_swimlane(layout.timeline.runs, first, lines, layout.changes, layout.linked_change),
        "latencies": measure_latencies(
            [run for run in layout.timeline.runs if run.service == layout.service]
        ),
        "responses": count_responses(
            [asked for asked in layout.timeline.requests if asked.service == layout.service]
        ),
    }
