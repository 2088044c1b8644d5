"""One pass through the readiness chain on one instance."""

from triage.models import Event, Outcome, Step, Verdict
from triage.runs.draft import Draft, DraftStep, number, whole
from triage.runs.naming import Naming
from triage.window import NANOSECONDS

_OUTCOMES: dict[str, Outcome] = {"passed": "passed", "failed": "failed", "warned": "warned"}
#: Steps that only the chain's inside says: they begin a run of which the export lacks the beginning.
OPENING = frozenset(
    {
        "app_state",
        "attempts",
        "check",
        "failed_services",
        "group",
        "group_result",
        "phase",
        "reason",
        "started",
        "startup_wait",
        "verdict",
    }
)


class Validation(Draft):
    """A validation under construction. It is decided by its verdict; the lines just behind it are its tail."""

    kind = "validation"

    def __init__(self, event: Event, naming: Naming) -> None:
        """Begin with the line that opens the run, or with the first that is left of it."""
        super().__init__(event)
        self._naming = naming
        self._waiting: list[str] = []
        self._reasons: dict[str, DraftStep] = {}
        self._tolerances: dict[str, str] = {}
        self._tries: dict[str, int | None] = {}
        self._own_failed: list[str] = []
        self.decided: int | None = None
        self.concluded = False

    @staticmethod
    def opens(event: Event) -> bool:
        """Return whether a line belongs to a validation only, and so begins one of which the export lacks the beginning."""
        return event.step in OPENING or (
            event.step in ("claim", "refused") and bool(event.fields.get("checks"))
        )

    def take(self, event: Event) -> None:
        """Read one line of the run."""
        handler = getattr(self, f"on_{event.step}", None)
        if handler is not None:
            handler(event)
        else:
            self.note(event, event.step, "seen")

    def seconds_since_decided(self, now: int) -> float:
        """Return the seconds since the verdict, endless before there is one."""
        return float("inf") if self.decided is None else (now - self.decided) / NANOSECONDS

    def misses(self, event: Event) -> float:
        """Return by how many seconds the elapsed time in a verdict line misses this run's beginning."""
        elapsed = number(event.fields.get("elapsed"))
        if elapsed is None or not self.start_seen:
            return float("inf")
        return abs((event.entry.timestamp - self.began) / NANOSECONDS - elapsed)

    def contradicts(self, event: Event) -> bool:
        """Return whether a verdict must be of another run: none is ready in which a critical check failed.

        Of runs that overlap it is not known in which it failed.
        """
        return event.outcome == "ready" and bool(self.failed) and not self.overlaps

    def on_started(self, event: Event) -> None:
        """Read the line that opens a run."""
        self.start_seen = True
        self.note(event, "started", "seen", reason=_phase(event))

    def on_startup_wait(self, event: Event) -> None:
        """Read a line of the wait for the startup phase."""
        self._progress(event, "startup_phase", _phase(event))

    def on_app_state(self, event: Event) -> None:
        """Read a line of the wait for the application's state."""
        self._progress(event, "app_state", None)

    def _progress(self, event: Event, name: str, reason: str | None) -> None:
        """Fold the many lines of one wait into one step, with the last outcome that they say."""
        step = next((step for step in self.steps if step.step == name), None)
        if step is None:
            step = self.note(event, name, "seen")
        else:
            self.keep(event)
            step.cite(event)
        step.outcome = _OUTCOMES.get(event.outcome, step.outcome)
        step.reason = reason or event.fields.get("reason") or step.reason
        step.elapsed = round((event.entry.timestamp - step.event.entry.timestamp) / NANOSECONDS, 6)

    def on_phase(self, event: Event) -> None:
        """Read where a phase of the chain begins or is passed."""
        phase = whole(event.fields.get("phase"))
        begun = next((step for step in self.steps if step.step == "phase" and step.phase == phase), None)
        if begun is None:
            self.note(event, "phase", _OUTCOMES.get(event.outcome, "seen"), phase=phase)
        else:
            self.keep(event)
            begun.cite(event)
            begun.outcome = _OUTCOMES.get(event.outcome, begun.outcome)

    def on_group(self, event: Event) -> None:
        """Read which checks come next, in their order."""
        self.keep(event)
        self._waiting = self._naming.known(event.fields.get("checks", ""))

    def on_group_result(self, event: Event) -> None:
        """Read which critical checks of a group failed."""
        self.keep(event)
        self.fail(self._naming.known(event.fields.get("checks", "")))

    def on_attempts(self, event: Event) -> None:
        """Read how often a check was tried; the line's own number counts one too many and is not repeated as fact."""
        self.keep(event)
        self._tries[event.check] = whole(event.fields.get("attempts"))

    def on_reason(self, event: Event) -> None:
        """Read what a check says of itself before its result."""
        self.keep(event)
        step = self._reasons.setdefault(event.check, DraftStep("reason", event, "seen"))
        step.cite(event)
        step.reason = event.fields.get("reason") or event.fields.get("error") or step.reason
        if event.outcome == "tolerated":
            self._tolerances[event.check] = step.reason or ""

    def on_check(self, event: Event) -> None:
        """Read the result of a check, whose name the scrubber may have eaten."""
        waiting = [] if self.overlaps else self._waiting
        check = self._naming.resolve(event.check, event.fields.get("description", ""), waiting)
        if check is None:
            self.note(event, "check", _OUTCOMES.get(event.outcome, "seen"))
            return
        if check in self._waiting:
            self._waiting.remove(check)
        outcome = _OUTCOMES.get(event.outcome, "seen")
        if outcome == "passed" and check in self._tolerances:
            outcome = "tolerated"
            _add(self.tolerated, check)
        elif outcome == "failed":
            self.fail([check])
        elif outcome == "warned":
            _add(self.warned, check)
        said = self._reasons.pop(check, None)
        step = self.note(
            event,
            "check",
            outcome,
            check=check,
            phase=self._naming.phase.get(check),
            elapsed=number(event.fields.get("elapsed")),
            attempts=self._tries.pop(check, None),
            reason=event.fields.get("reason") or (said.reason if said else None),
        )
        if said is not None:
            step.evidence = [*said.evidence, *step.evidence]

    def on_verdict(self, event: Event) -> None:
        """Read the verdict that decides the run."""
        self.decided = event.entry.timestamp
        self.verdict = "ready" if event.outcome == "ready" else "not_ready"
        self.condition = event.condition or None
        passed: Outcome = "passed" if self.verdict == "ready" else "failed"
        reason = event.fields.get("reason") or _phase(event)
        self.note(event, "verdict", passed, elapsed=number(event.fields.get("elapsed")), reason=reason)

    def on_failed_services(self, event: Event) -> None:
        """Read the list behind a verdict; the validator prints it only when it failed."""
        self.keep(event)
        self._blame(event)

    def on_tail(self, event: Event) -> None:
        """Keep a line that follows every verdict of its kind."""
        self.keep(event)

    def on_claim(self, event: Event) -> None:
        """Keep what a caller claims of the verdict: it may be a false PASS and never turns the verdict."""
        self.note(event, event.step, "seen")
        if event.fields.get("checks"):
            self._blame(event)

    on_refused = on_claim

    def _blame(self, event: Event) -> None:
        """Take in the failed checks that a verdict's line names; where the verdict itself is lost, they give it."""
        if self.verdict == "ready":
            return
        self._own_failed += self._naming.known(event.fields.get("checks", ""))
        if self.verdict == "unknown":
            self.verdict = "not_ready"
            self.decided = event.entry.timestamp

    @property
    def judged(self) -> Verdict:
        """Return the verdict with its reservations: SUCCESS may mean that a check was let pass."""
        return "degraded" if self.verdict == "ready" and (self.warned or self.tolerated) else self.verdict

    @property
    def complete(self) -> bool:
        """Return whether both ends of the run are in the logs."""
        return self.start_seen and self.decided is not None

    def not_reached(self) -> list[Step]:
        """Return the checks that a decided run never came to."""
        if self.decided is None or not self.start_seen:
            return []
        reached = {step.check for step in self.steps}
        return [
            Step(step="check", outcome="not_reached", check=check, phase=self._naming.phase.get(check))
            for check in self._naming.order
            if check not in reached
        ]

    def settle(self) -> None:
        """Judge the run from its lines, once no more of them come.

        Of runs that overlap, what the verdict itself names is certain. A critical check that failed settles a run
        whose verdict is lost: none that follows can turn it.
        """
        if self.overlaps and (self.verdict == "ready" or self.condition or self._own_failed):
            self.failed = []
        self.fail(self._own_failed)
        if self.verdict == "unknown" and self.failed and not self.overlaps:
            self.verdict = "not_ready"
        for check, said in self._reasons.items():
            if check in self._tolerances:
                _add(self.tolerated, check)
            outcome: Outcome = "tolerated" if check in self._tolerances else "seen"
            self.steps.append(
                DraftStep("check", said.event, outcome, check, reason=said.reason, evidence=said.evidence)
            )
        self.verdict = self.judged


def _add(checks: list[str], check: str) -> None:
    if check not in checks:
        checks.append(check)


def _phase(event: Event) -> str | None:
    phase = event.fields.get("phase")
    return f"startup phase {phase}" if phase else None
