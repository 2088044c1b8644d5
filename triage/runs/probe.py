"""A client's probe of a service: from its first request to its verdict."""

from triage.models import Event, Outcome, Verdict
from triage.runs.draft import Draft, number

_OUTCOMES: dict[str, Outcome] = {
    "passed": "passed",
    "failed": "failed",
    "warned": "warned",
    "ready": "passed",
    "degraded": "warned",
    "not_ready": "failed",
}
_VERDICTS: dict[str, Verdict] = {"ready": "ready", "degraded": "degraded", "not_ready": "not_ready"}
#: Seconds after which a probe that says no more was stopped; no wait of it is longer.
SILENCE = 600.0


class Probe(Draft):
    """A probe under construction. Its lines name it, so that two of one service are told apart."""

    kind = "probe"

    def __init__(self, event: Event) -> None:
        """Begin with the first line that is seen of the probe."""
        super().__init__(event)
        self.over = False

    def take(self, event: Event) -> None:
        """Read one line of the probe; its last one gives the verdict."""
        self.start_seen = self.start_seen or event.step == "started"
        self.note(
            event,
            event.step,
            _OUTCOMES.get(event.outcome, "seen"),
            elapsed=number(event.fields.get("elapsed")),
            reason=event.fields.get("says"),
        )
        self.condition = self.condition or event.condition or None
        if event.step == "verdict":
            self.over = True
            self.verdict = _VERDICTS.get(event.outcome, "unknown")

    @property
    def complete(self) -> bool:
        """Return whether both ends of the probe are in the logs; its verdict may be that it cannot tell."""
        return self.start_seen and self.over
