"""The page of a dashboard: HTML of the whole page and of its parts, secrets masked."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from triage.models import (
    DashboardPage,
    DashboardState,
    Pack,
    PageSection,
    Playbook,
    ServiceVerdict,
    VerdictChange,
)
from triage.redact import DOCUMENT_NAMES, Redactor
from triage.rendering.html_page import html_environment, read_asset, time_context
from triage.rendering.report_view import WORDS, format_coverage
from triage.rendering.request_chart import HEIGHT, MINUTES
from triage.rendering.service_view import ServiceView
from triage.text import pluralize, short_instance
from triage.window import format_timestamp

#: Verdicts from the worst on.
_WORST_FIRST: tuple[ServiceVerdict, ...] = ("not_ready", "degraded", "inconclusive", "no_data", "ready")
_MAX_NUMBERS, _MAX_NAMED = 10_000, 3


class DashboardRenderer:
    """Renders one page after the other; an incident keeps its number."""

    def __init__(self, packs: Sequence[Pack], playbooks: Mapping[str, Playbook]) -> None:
        """Use the chains and causes of packs, and the playbooks beside the packs by name."""
        self._packs = packs
        self._playbooks = playbooks
        self._numbers: dict[str, int] = {}

    def render_waiting(self, version: str, services: list[str]) -> DashboardPage:
        """Return the page before the first analysis."""
        section = _section("waiting", "waiting", {"services": services})
        title = f"reading the logs of {', '.join(services)}"
        return DashboardPage(
            version=version, title=title, html=_page(version, title, [section]), sections=[section]
        )

    def render(self, version: str, state: DashboardState, new: int = 0) -> DashboardPage:
        """Return the page of a state; so many of its last changes are new."""
        redactor = Redactor(by_name=DOCUMENT_NAMES)
        masked = msgspec.convert(redactor.redact_document(msgspec.to_builtins(state)), DashboardState)
        self._number_incidents(masked)
        views = [
            ServiceView(number, found, masked, self._packs, self._playbooks, self._numbers)
            for number, found in enumerate(masked.services(), start=1)
        ]
        told = [(format_timestamp(change.at), _describe_change(change)) for change in masked.verdict_changes]
        diagnosis = masked.watch.diagnosis
        parts: list[tuple[str, str, dict[str, Any]]] = [
            *([("overview", "overview", {"views": views})] if views[1:] else []),
            *((f"service-{view.number}", "service", {"view": view}) for view in views),
            ("changes", "changes", {"changes": told[::-1]}),
            ("about", "about", {"diagnosis": diagnosis, "coverage": format_coverage(diagnosis.coverage)}),
        ]
        shared = time_context(today=format_timestamp(masked.watch.at)[:10]) | {"masked": redactor.counts}
        sections = [_section(name, template, shared | context) for name, template, context in parts]
        title = _title(views)
        return DashboardPage(
            version=version,
            title=title,
            html=_page(version, title, sections),
            sections=sections,
            news=[says for _, says in told[len(told) - new :]],
            verdicts=[region for view in views for region in view.regions],
            incidents={view.state.service: _count_open(view) for view in views},
        )

    def _number_incidents(self, state: DashboardState) -> None:
        if len(self._numbers) > _MAX_NUMBERS:
            self._numbers.clear()
        for incident in state.watch.diagnosis.incidents:
            self._numbers.setdefault(incident.id, len(self._numbers) + 1)


def dashboard_assets() -> tuple[str, str]:
    """Return the style and the script of the page."""
    return read_asset("report.css", "dashboard.css"), read_asset("_parts.js", "dashboard.js")


def _section(name: str, template: str, context: dict[str, Any]) -> PageSection:
    whole = {"name": name, "minutes": MINUTES, "chart_height": HEIGHT} | context
    found = html_environment().get_template(f"dashboard-{template}.html.j2")
    return PageSection(name, found.render(whole))


def _page(version: str, title: str, sections: Sequence[PageSection]) -> str:
    # The sections are rendered templates: their texts are escaped.
    parts = Markup("").join(Markup(section.html) for section in sections)  # noqa: S704
    context = {**time_context(), "version": version, "title": title, "parts": parts}
    return html_environment().get_template("dashboard.html.j2").render(context)


def _title(views: Sequence[ServiceView]) -> str:
    """Return the title of the window: the worst service first, as tabs show only its beginning."""
    worst = min(views, key=lambda view: _WORST_FIRST.index(view.verdict))
    count = sum(len(view.open_incidents) + view.omitted for view in views)
    others = f" and {len(views) - 1} more" if views[1:] else ""
    incidents = f", {pluralize(count, 'open incident')}" if count else ""
    return f"{WORDS[worst.state.verdict].upper()}: {worst.state.service}{others}{incidents}"


def _count_open(view: ServiceView) -> dict[str, int]:
    counts: dict[str, int] = {"P0": 0, "P1": 0}
    for incident in view.incidents:
        if incident.is_open:
            counts[incident.severity] += 1
    return counts


def _describe_change(change: VerdictChange) -> str:
    """Return a change of a verdict as a sentence: "shop: ready -> not ready: a check failed"."""
    names = [change.service] if change.service else []
    names += [f"revision {name}" for name in change.revisions[:_MAX_NAMED]]
    names += [f"instance {short_instance(name)}" for name in change.instances[:_MAX_NAMED]]
    more = len(change.revisions[_MAX_NAMED:]) + len(change.instances[_MAX_NAMED:])
    names += [f"{more} more"] if more else []
    verdicts = [WORDS[change.before]] if change.before else []
    verdicts += [WORDS[change.after]]
    return f"{', '.join(names)}: {' -> '.join(verdicts)}{f': {change.cause}' if change.cause else ''}"
