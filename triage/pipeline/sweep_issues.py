"""Keep the issues of incidents up to date during a sweep, or say what would be done."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from triage.errors import NoPermissionError, TryAgainError, UsageError
from triage.models import Incident, IssueAction, SweptIncident, TicketResult
from triage.pipeline.analyzer import Analysis
from triage.pipeline.ticket_run import ticket
from triage.redact import redact_text

if TYPE_CHECKING:
    from triage.tickets import Tracker

#: So many refusals without a success show that no issue can be written.
_MOST_REFUSALS = 3
_WOULD: dict[str, IssueAction] = {
    "opened": "would open",
    "updated": "would update",
    "skipped": "would leave closed",
}
_DONE: dict[str, IssueAction] = {"opened": "opened", "skipped": "left closed", "unchanged": "unchanged"}


class IssueKeeper:
    """Opens and updates the issues of one round.

    An issue that is refused, such as a locked one, does not keep the others from being written. Where none
    could be written, the token or the project is wrong.

    Attributes:
        failure: why issues were not written any more, "" if they were.
        refusals: the errors of issues that were refused.

    """

    def __init__(
        self, tracker: "Tracker | None", today: datetime, notify: Callable[[str], None], *, apply: bool
    ) -> None:
        """Keep the issues of a tracker, None for none; without ``apply`` nothing is written."""
        self._tracker = tracker
        self._today = today
        self._notify = notify
        self._apply = apply
        self._done = 0
        self.failure = ""
        self.refusals: list[NoPermissionError | UsageError] = []

    def raise_refusal(self) -> None:
        """Raise the first refusal, if nothing was done with any issue."""
        if self.refusals and not self._done:
            raise self.refusals[0]

    def keep(self, analysis: Analysis, incident: Incident) -> SweptIncident:
        """Return an incident with what is done with its issue.

        One that is over gets no issue, but the open issue that it has is updated.

        Raises:
            NoPermissionError, UsageError: several issues were refused, and none was written.

        """
        swept = describe(incident)
        if not _is_worth_an_issue(analysis, incident) or (self._tracker is None and incident.recovered):
            return swept
        if self._tracker is None:
            return msgspec.structs.replace(swept, action="would write")
        if self.failure:
            return msgspec.structs.replace(swept, action="not written")
        try:
            swept = self._write(self._tracker, analysis, incident, swept)
        except TryAgainError as error:
            self.failure = error.message
            return msgspec.structs.replace(swept, action="not written")
        except (NoPermissionError, UsageError) as error:
            self.refusals.append(error)
            if len(self.refusals) >= _MOST_REFUSALS:
                self.raise_refusal()
            return msgspec.structs.replace(swept, action="refused")
        self._done += bool(swept.action)
        return swept

    def _write(
        self, tracker: "Tracker", analysis: Analysis, incident: Incident, swept: SweptIncident
    ) -> SweptIncident:
        from triage import tickets

        only = msgspec.structs.replace(analysis.diagnosis, incidents=[incident])
        report = ticket(msgspec.structs.replace(analysis, diagnosis=only))
        if incident.recovered or not self._apply:
            planned = tickets.plan_update(tracker, report, now=self._today)
            if incident.recovered and planned.done != "updated":
                return swept
            if not self._apply:
                return _with_result(swept, _WOULD[planned.done], planned)
        results = tickets.create_or_update(tracker, report, now=self._today, notify=self._notify)
        return _with_result(swept, _DONE.get(results[0].done, "updated"), results[0])


def describe(incident: Incident) -> SweptIncident:
    """Return an incident without an issue."""
    return SweptIncident(
        severity=incident.severity,
        title=redact_text(incident.title),
        since=incident.first_seen,
        recovered=incident.recovered,
    )


def _is_worth_an_issue(analysis: Analysis, incident: Incident) -> bool:
    """Return whether a failure is known that follows an incident."""
    return analysis.diagnosis.verdict != "inconclusive" or incident.cause != "unknown-error"


def _with_result(swept: SweptIncident, action: IssueAction, result: TicketResult) -> SweptIncident:
    page, why = result.url.partition("#")[0], result.note.partition(";")[0]
    return msgspec.structs.replace(swept, action=action, url=page, note=why)
