"""One round over the services of a project: fetch, diagnose, and keep the issues up to date."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from os import environ
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec

from triage.errors import TryAgainError
from triage.models import (
    FetchPlan,
    FetchResult,
    Pack,
    Progress,
    Sweep,
    SweepPlan,
    SweptIncident,
    SweptService,
)
from triage.pipeline.analyzer import Analysis
from triage.pipeline.fetch_run import fetch
from triage.pipeline.sweep_issues import IssueKeeper, describe
from triage.pipeline.sweep_state import RoundPlan, hold_state, keep_round, plan_round
from triage.window import NANOSECONDS, Window, format_utc_and_local, parse_timestamp, to_datetime

if TYPE_CHECKING:
    from triage.fetching.pages import RetryPolicy
    from triage.fetching.session import CallBudget, Session
    from triage.tickets import Tracker

#: Incidents of a service that are listed, and get an issue, in one round.
_MOST_INCIDENTS = 5
#: The log lines of one service take at most so much of the calls: a tenth.
_SHARE = 10
#: Entries of one call.
_PAGE = 1000


class SweepCallbacks(msgspec.Struct, frozen=True, kw_only=True):
    """How a sweep reports.

    notify: called with sentences for the user.
    explain: called with sentences on each fetch.
    show_progress: called with the progress.
    """

    notify: Callable[[str], None]
    explain: Callable[[str], None]
    show_progress: Callable[[Progress], None]


def describe_sweep(plan: SweepPlan, now: int) -> list[str]:
    """Return sentences on what a round would read, with its maximum of calls; nothing is called.

    now: the time in nanoseconds.

    Raises:
        TriageError: as ``plan_round``.
        UsageError: the project id or the name of a service is invalid.

    """
    from triage.fetching.project import find_project
    from triage.fetching.query import validate_project

    project, _ = find_project(plan.project, environ)
    if project:
        validate_project(project)
    _check_services(plan)
    of = f"project {project}" if project else "the project that the credentials name"
    return [
        f"would read the logs of {', '.join(plan.services) or 'all services with entries'} in {of}",
        *_describe_round(plan, plan_round(plan, project, now)),
    ]


def _check_services(plan: SweepPlan) -> None:
    """Check the names before anything is called: a later one would end a round that has written issues."""
    from triage.fetching.workloads import workload_clause

    for service in plan.services:
        workload_clause(service, "service")


def _describe_round(plan: SweepPlan, planned: RoundPlan) -> Iterator[str]:
    window = planned.window
    yield f"window: {format_utc_and_local(window.start)} to {format_utc_and_local(window.end)}"
    for service, at in sorted(planned.behind.items()):
        yield f"{service}: from {format_utc_and_local(at)} on, as the last round did not read it to its end"
    if planned.skipped:
        yield (
            f"not read: {format_utc_and_local(planned.skipped.start)} to "
            f"{format_utc_and_local(planned.skipped.end)}, too long ago for one round"
        )
    yield f"at most {plan.max_calls:,} calls, and at most {plan.reads_per_minute} a minute"


def sweep(
    plan: SweepPlan,
    packs: Sequence[Pack],
    callbacks: SweepCallbacks,
    *,
    tracker: "Tracker | None",
    apply: bool,
    now: int,
    retry_policy: "RetryPolicy | None" = None,
) -> Sweep:
    """Diagnose every service since the last round, and open or update an issue for each open incident.

    A round that the quota, the network or the number of calls ends early has what it read; with a state file
    the next round reads the rest.

    tracker: where issues are looked for; None for nowhere.
    apply: whether to write issues and the state file.
    now: the time in nanoseconds.
    retry_policy: how long each call is tried; None for as long as a fetch.

    Raises:
        BadDataError: the state file is damaged.
        IOFailureError: a file cannot be read or written.
        NoPermissionError: the logs or the issues may not be read or written.
        TryAgainError: another sweep uses the state file, or the services could not be listed.
        UsageError: the project, a service or the state file is not that of this sweep.

    """
    from triage.fetching.client import connect
    from triage.fetching.pages import RetryPolicy
    from triage.fetching.session import CallBudget, Session

    _check_services(plan)
    with hold_state(plan) if apply else nullcontext():
        connection = connect(_fetch_plan(plan, "", Window(0, 1), ""))
        try:
            callbacks.notify(f"project {connection.project}, named by {connection.source}")
            planned = plan_round(plan, connection.project, now)
            for sentence in _describe_round(plan, planned):
                callbacks.notify(sentence)
            budget = CallBudget(plan.reads_per_minute, plan.max_calls)
            session = Session(connection, budget, retry_policy or RetryPolicy())
            issues = IssueKeeper(tracker, to_datetime(now), callbacks.notify, apply=apply)
            done = _Round(plan, packs, callbacks, session, planned=planned, issues=issues).run(budget)
        finally:
            connection.close()
        if apply and plan.state:
            unread = {one.service: one.unread_since for one in done.services if one.unread_since is not None}
            keep_round(plan, connection.project, planned.window, unread)
    return done


def _fetch_plan(plan: SweepPlan, service: str, window: Window, folder: str) -> FetchPlan:
    return FetchPlan(
        services=[service],
        window=window,
        project=plan.project,
        earlier_changes=True,
        limit=max(1, plan.max_calls // _SHARE) * _PAGE,
        folder=folder,
        keep=False,
        widen=True,
        reads_per_minute=plan.reads_per_minute,
        endpoint=plan.endpoint,
        impersonate=plan.impersonate,
    )


class _Round:
    """One round in progress."""

    def __init__(
        self,
        plan: SweepPlan,
        packs: Sequence[Pack],
        callbacks: SweepCallbacks,
        session: "Session",
        *,
        planned: RoundPlan,
        issues: IssueKeeper,
    ) -> None:
        self._plan, self._packs, self._callbacks = plan, packs, callbacks
        self._session, self._planned, self._issues = session, planned, issues
        self._unread = ""

    def run(self, budget: "CallBudget") -> Sweep:
        """Read the services, those that are behind first, until something ends the round."""
        starts = self._starts()
        ordered = sorted(starts, key=lambda service: (starts[service], service))
        services = [self._read(service, starts[service]) for service in ordered]
        self._issues.raise_refusal()
        return Sweep(
            window=self._planned.window,
            services=sorted(services, key=_worst_first),
            calls=budget.made,
            stopped="; ".join(filter(None, [self._unread, self._issues.failure])),
            refused="; ".join(dict.fromkeys(error.message for error in self._issues.refusals)),
        )

    def _starts(self) -> dict[str, int]:
        """Return from when on each service is read."""
        window = self._planned.window
        if window.start >= window.end:
            return self._planned.behind
        names = self._plan.services or self._list_services()
        return dict.fromkeys(names, window.start) | self._planned.behind

    def _list_services(self) -> list[str]:
        from triage.fetching.pages import PageReader
        from triage.fetching.services import list_services

        session = self._session
        reader = PageReader(
            session.connection,
            session.limiter,
            session.retry_policy,
            lambda _: None,
            notify=self._callbacks.notify,
        )
        return list_services(reader, session.connection.project, self._planned.window)

    def _read(self, service: str, start: int) -> SweptService:
        """Read a service, unless the round has ended, and care for its issues."""
        if self._unread:
            return SweptService(service=service, verdict=None, unread_since=start)
        window = Window(start, self._planned.window.end)
        with TemporaryDirectory(prefix="triage-") as folder:
            try:
                [fetched], analysis = fetch(
                    _fetch_plan(self._plan, service, window, folder),
                    self._packs,
                    notify=self._callbacks.explain,
                    show_progress=self._callbacks.show_progress,
                    session=self._session,
                )
            except TryAgainError as error:
                self._unread = error.message
                return SweptService(service=service, verdict=None, unread_since=start)
            incidents, is_written = self._keep_issues(analysis)
        state = analysis.diagnosis.state_of(service)
        unread_since = start if not is_written else _first_unread(fetched, analysis, start)
        return SweptService(
            service=service,
            verdict=state.verdict if state else analysis.diagnosis.verdict,
            incidents=incidents[:_MOST_INCIDENTS],
            omitted=len(incidents[_MOST_INCIDENTS:]),
            unread_since=unread_since,
        )

    def _keep_issues(self, analysis: Analysis) -> tuple[list[SweptIncident], bool]:
        """Return the incidents with what is done with their issues, and whether all was done."""
        found = [incident for incident in analysis.diagnosis.incidents if incident.severity != "P2"]
        swept = [
            self._issues.keep(analysis, incident) if count < _MOST_INCIDENTS else describe(incident)
            for count, incident in enumerate(found)
        ]
        shown = [one for one in swept if one.action or not one.recovered]
        return shown, all(one.action != "not written" for one in swept)


def _first_unread(fetched: FetchResult, analysis: Analysis, start: int) -> int | None:
    """Return from when on the lines of a service are missing, None if all were read."""
    if fetched.complete:
        return None
    last = analysis.diagnosis.coverage.last
    second = parse_timestamp(last) // NANOSECONDS * NANOSECONDS if last else start
    return max(second, start + NANOSECONDS)


_ORDER = ("not_ready", "degraded", "inconclusive", "no_data", "ready")


def _worst_first(service: SweptService) -> tuple[int, str]:
    return _ORDER.index(service.verdict) if service.verdict else len(_ORDER), service.service
