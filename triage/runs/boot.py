"""An instance's start, from birth to ready, exit or the end of the log."""

from triage.models import Chain, Event, Outcome
from triage.runs.draft import Draft, number
from triage.runs.naming import Naming
from triage.window import NANOSECONDS

_OUTCOMES: dict[str, Outcome] = {
    "failed": "failed",
    "died": "failed",
    "memory": "failed",
    "ready": "passed",
    "listening": "passed",
    "phase_passed": "passed",
}
#: Steps that belong to a boot only: they begin one of which the export lacks the birth.
OPENING = frozenset(
    ["born", "listening", "worker", "phase_started", "phase_passed", "failed", "died", "ready"]
)
#: Steps that an instance which is up may say again, by another worker or as it ends: they begin no boot.
WHILE_SERVING = frozenset(["listening", "worker", "ready", "died"])
#: The same failure again after this many seconds is the next try, not an echo.
_ECHO = 2.0


class Boot(Draft):
    """A boot under construction."""

    kind = "boot"

    def __init__(self, event: Event, naming: Naming, chain: Chain | None) -> None:
        """Begin with the instance's birth, or with the first line that is left of it."""
        super().__init__(event)
        self._naming = naming
        self._stands_for = chain.startup if chain else {}
        self._first_said: dict[str, int] = {}
        self.start_seen = event.step == "born"
        self.over = False

    def take(self, event: Event) -> None:
        """Read one line of the boot."""
        self._first_said.setdefault(event.rule, event.entry.timestamp)
        phase = event.fields.get("phase", "").lower()
        self.note(
            event,
            event.step,
            _OUTCOMES.get(event.step, "seen"),
            elapsed=number(event.fields.get("elapsed")),
            reason=event.fields.get("reason") or (f"phase {phase}" if phase else None),
        )
        if event.step == "failed":
            self._fail(event, phase)
        elif event.step == "died":
            self.over = True
            if event.fields.get("code") != "0" and self.verdict == "unknown":
                self.verdict = "not_ready"
        elif event.step == "ready":
            self.over = True
            if self.verdict == "unknown":
                self.verdict = "ready"
        elif event.step == "stopped":
            self.over = True

    def _fail(self, event: Event, phase: str) -> None:
        """A worker that could not boot is told after the reason; a startup failure is the deeper word of the two."""
        self.verdict = "not_ready"
        if self.condition != "startup_failure":
            self.condition = event.condition or self.condition
        stands_for = self._stands_for.get(phase, "")
        named = self._naming.known(event.fields.get("checks", ""))
        self.fail([*([stands_for] if stands_for else []), *([event.check] if event.check else []), *named])

    @property
    def failing(self) -> bool:
        """Return whether the boot has failed already."""
        return self.verdict == "not_ready"

    def echoes(self, event: Event) -> bool:
        """Return whether a failure may still be of this boot: new to it, or said again at once."""
        first = self._first_said.get(event.rule)
        return first is None or (event.entry.timestamp - first) / NANOSECONDS <= _ECHO
