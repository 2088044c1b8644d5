"""Probes of a service from outside, from the first request to the verdict."""

from triage.models import Event, Outcome, Verdict
from triage.runs.run_builder import RunBuilder, parse_number

_OUTCOMES: dict[str, Outcome] = {
    "passed": "passed",
    "failed": "failed",
    "warned": "warned",
    "ready": "passed",
    "degraded": "warned",
    "not_ready": "failed",
}
_VERDICTS: dict[str, Verdict] = {"ready": "ready", "degraded": "degraded", "not_ready": "not_ready"}
#: Seconds of silence after which a probe was interrupted; none of its waits is longer.
SILENCE = 600.0


class ProbeBuilder(RunBuilder):
    """A probe while its lines are added. Each line carries the id of its probe."""

    kind = "probe"

    def __init__(self, event: Event) -> None:
        """Start a probe with its first line."""
        super().__init__(event)
        self.finished = False

    def on_event(self, event: Event) -> None:
        """Add one line; the last one gives the verdict."""
        self.start_seen = self.start_seen or event.step == "started"
        self.add_step(
            event,
            event.step,
            _OUTCOMES.get(event.outcome, "seen"),
            elapsed=parse_number(event.fields.get("elapsed")),
            reason=event.fields.get("says"),
        )
        self.condition = self.condition or event.condition or None
        if event.step == "verdict":
            self.finished = True
            self.verdict = _VERDICTS.get(event.outcome, "unknown")

    @property
    def complete(self) -> bool:
        """Return whether both ends are in the logs; the verdict itself may be unknown."""
        return self.start_seen and self.finished
