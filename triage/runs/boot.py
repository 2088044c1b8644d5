"""Boots: an instance from its start to ready, exit or the end of the log."""

from triage.models import Chain, Event, Outcome, RunRecord
from triage.runs.check_resolver import CheckResolver
from triage.runs.run_builder import RunBuilder, parse_number
from triage.window import NANOSECONDS

_OUTCOMES: dict[str, Outcome] = {
    "failed": "failed",
    "died": "failed",
    "memory": "failed",
    "ready": "passed",
    "listening": "passed",
    "phase_passed": "passed",
}
#: Steps that occur only in a boot: they open one whose start is outside the logs.
OPENING_STEPS = frozenset(
    ["born", "listening", "worker", "phase_started", "phase_passed", "failed", "died", "ready"]
)
#: Steps that a serving instance may log again, by another worker or at its end: they open no boot.
SERVING_STEPS = frozenset(["listening", "worker", "ready", "died"])
#: Seconds after which the same failure is a new attempt, not a repetition.
_REPEAT = 2.0


class BootBuilder(RunBuilder):
    """A boot while its lines are added."""

    kind = "boot"

    def __init__(self, event: Event, resolver: CheckResolver, chain: Chain | None) -> None:
        """Start a boot with the first line of the instance that is left."""
        super().__init__(event)
        self._resolver = resolver
        self._has_chain = chain is not None
        self._checks_by_phase = chain.startup if chain else {}
        self._first_times: dict[str, int] = {}
        self.start_seen = event.step == "born"
        self.finished = False
        self._passed_probe = False

    def on_event(self, event: Event) -> None:
        """Add one line."""
        self._first_times.setdefault(event.rule, event.entry.timestamp)
        self._passed_probe = self._passed_probe or event.success == "start"
        phase = event.fields.get("phase", "").lower()
        self.add_step(
            event,
            event.step,
            _OUTCOMES.get(event.step, "seen"),
            elapsed=parse_number(event.fields.get("elapsed")),
            reason=event.fields.get("reason") or (f"phase {phase}" if phase else None),
        )
        if event.step == "failed":
            self._add_failure(event, phase)
        elif event.step == "died":
            self.finished = True
            if event.fields.get("code") != "0" and self.verdict == "unknown":
                self.verdict = "not_ready"
        elif event.step == "ready":
            self.finished = True
            if self.verdict == "unknown":
                self.verdict = "ready"
        elif event.step == "stopped":
            self.finished = True

    def _add_failure(self, event: Event, phase: str) -> None:
        """Record a failure.

        A worker that could not boot is logged after the reason; the startup failure is the deeper cause of
        the two.
        """
        self.verdict = "not_ready"
        if self.condition != "startup_failure":
            self.condition = event.condition or self.condition
        phase_check = self._checks_by_phase.get(phase, "")
        named = self._resolver.known_checks(event.fields.get("checks", ""))
        self.add_failed(
            [*([phase_check] if phase_check else []), *([event.check] if event.check else []), *named]
        )

    @property
    def has_started(self) -> bool:
        """Return whether it passed its startup probe, which is all that a service without a chain shows."""
        return self._passed_probe and not self._has_chain and self.verdict == "unknown"

    def build(self) -> RunRecord:
        """Return the boot and its events."""
        if self.has_started:
            self.verdict = "ready"
        return super().build()

    @property
    def has_failed(self) -> bool:
        """Return whether the boot has failed."""
        return self.verdict == "not_ready"

    def may_end_with(self, event: Event) -> bool:
        """Return whether a line behind an exit may belong to this boot.

        It is a failure, or the exit of another container of the instance.
        """
        is_exit = event.step == "died" and bool(event.entry.instance)
        return is_exit or (event.step == "failed" and self.may_include(event))

    def may_include(self, event: Event) -> bool:
        """Return whether a failure may belong to this boot: new to it, or repeated at once."""
        first = self._first_times.get(event.rule)
        return first is None or (event.entry.timestamp - first) / NANOSECONDS <= _REPEAT
