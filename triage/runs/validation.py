"""Validations: one pass through the readiness chain on one instance."""

from triage.models import Event, Outcome, Step, Verdict
from triage.runs.check_resolver import CheckResolver
from triage.runs.run_builder import RunBuilder, StepBuilder, parse_count, parse_number
from triage.window import NANOSECONDS

_OUTCOMES: dict[str, Outcome] = {"passed": "passed", "failed": "failed", "warned": "warned"}
#: Steps that occur only inside the chain: they open a run whose start is outside the logs.
OPENING_STEPS = frozenset(
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


class ValidationBuilder(RunBuilder):
    """A validation while its lines are added; the lines just after its verdict are its tail."""

    kind = "validation"

    def __init__(self, event: Event, resolver: CheckResolver) -> None:
        """Start a validation with its first line that is left."""
        super().__init__(event)
        self._resolver = resolver
        self._pending: list[str] = []
        self._reasons: dict[str, StepBuilder] = {}
        self._tolerances: dict[str, str] = {}
        self._attempts: dict[str, Event] = {}
        self._verdict_failed: list[str] = []
        self._announced: list[str] = []
        self._skipped = False
        self.decided: int | None = None
        self.finished = False

    @staticmethod
    def can_start(event: Event) -> bool:
        """Return whether a line occurs only in a validation, so that it can start one."""
        return event.step in OPENING_STEPS or (
            event.step in ("claim", "refused") and bool(event.fields.get("checks"))
        )

    def on_event(self, event: Event) -> None:
        """Add one line."""
        handler = getattr(self, f"read_{event.step}", None)
        if handler is not None:
            handler(event)
        else:
            self.add_step(event, event.step, "seen")

    def seconds_since_decided(self, now: int) -> float:
        """Return the seconds since the verdict, infinity before there is one."""
        return float("inf") if self.decided is None else (now - self.decided) / NANOSECONDS

    def start_error(self, event: Event) -> float:
        """Return the seconds between this start and the start that a verdict line implies."""
        elapsed = parse_number(event.fields.get("elapsed"))
        if elapsed is None or not self.start_seen:
            return float("inf")
        return abs((event.entry.timestamp - self.began) / NANOSECONDS - elapsed)

    def contradicts(self, event: Event) -> bool:
        """Return whether a verdict must belong to another run.

        A run in which a critical check failed is never ready. In overlapping runs it is unknown in which one
        it failed.
        """
        return event.outcome == "ready" and bool(self.failed) and not self.overlaps

    def read_started(self, event: Event) -> None:
        """Read the line that opens a run."""
        self.start_seen = True
        self.add_step(event, "started", "seen", reason=_phase(event))

    def read_startup_wait(self, event: Event) -> None:
        """Read a line of the wait for the startup phase."""
        self._fold_wait(event, "startup_phase", _phase(event))

    def read_app_state(self, event: Event) -> None:
        """Read a line of the wait for the application's state."""
        self._fold_wait(event, "app_state", None)

    def _fold_wait(self, event: Event, name: str, reason: str | None) -> None:
        """Add the many lines of one wait as one step with the last outcome."""
        step = next((step for step in self.steps if step.step == name), None)
        if step is None:
            step = self.add_step(event, name, "seen")
        else:
            self.add_event(event)
            step.cite(event)
        step.outcome = _OUTCOMES.get(event.outcome, step.outcome)
        step.reason = reason or event.fields.get("reason") or step.reason
        step.elapsed = round((event.entry.timestamp - step.event.entry.timestamp) / NANOSECONDS, 6)

    def read_phase(self, event: Event) -> None:
        """Read the start or the end of a phase."""
        phase = parse_count(event.fields.get("phase"))
        phase_step = next((step for step in self.steps if step.step == "phase" and step.phase == phase), None)
        if phase_step is None:
            self.add_step(event, "phase", _OUTCOMES.get(event.outcome, "seen"), phase=phase)
        else:
            self.add_event(event)
            phase_step.cite(event)
            phase_step.outcome = _OUTCOMES.get(event.outcome, phase_step.outcome)

    def read_group(self, event: Event) -> None:
        """Read which checks come next, in order."""
        self.add_event(event)
        self._pending = self._resolver.names(event.fields.get("checks", ""))
        self._announced += self._pending

    def read_group_result(self, event: Event) -> None:
        """Read which critical checks of a group failed."""
        self.add_event(event)
        self.add_failed(self._named_checks(event))

    def read_attempts(self, event: Event) -> None:
        """Read how often a check was tried."""
        self.add_event(event)
        self._attempts[event.check] = event

    def read_reason(self, event: Event) -> None:
        """Read the reason that a check logs before its result."""
        self.add_event(event)
        step = self._reasons.setdefault(event.check, StepBuilder("reason", event, "seen"))
        step.cite(event)
        step.reason = event.fields.get("reason") or event.fields.get("error") or step.reason
        if event.outcome == "tolerated":
            self._tolerances[event.check] = step.reason or ""

    def read_check(self, event: Event) -> None:
        """Read the result of a check, whose name may have been scrubbed."""
        pending = [] if self.overlaps else self._pending
        check = self._resolver.resolve(event.check, event.fields.get("description", ""), pending)
        if check is None:
            self.add_step(event, "check", _OUTCOMES.get(event.outcome, "seen"))
            return
        if check in self._pending:
            self._pending.remove(check)
        outcome = _OUTCOMES.get(event.outcome, "seen")
        if outcome == "passed" and check in self._tolerances:
            outcome = "tolerated"
            _append_once(self.tolerated, check)
        elif outcome == "failed":
            self.add_failed([check])
        elif outcome == "warned":
            _append_once(self.warned, check)
        reason = self._reasons.pop(check, None)
        attempts = self._attempts.pop(check, None)
        step = self.add_step(
            event,
            "check",
            outcome,
            check=check,
            phase=self._resolver.phase.get(check),
            elapsed=parse_number(event.fields.get("elapsed")),
            attempts=_attempts(attempts),
            reason=event.fields.get("reason") or (reason.reason if reason else None),
        )
        if reason is not None:
            step.evidence = [*reason.evidence, *step.evidence]

    def read_verdict(self, event: Event) -> None:
        """Read the verdict that decides the run."""
        self.decided = event.entry.timestamp
        self.verdict = "ready" if event.outcome == "ready" else "not_ready"
        self.condition = event.condition or None
        passed: Outcome = "passed" if self.verdict == "ready" else "failed"
        reason = event.fields.get("reason") or _phase(event)
        self.add_step(
            event, "verdict", passed, elapsed=parse_number(event.fields.get("elapsed")), reason=reason
        )

    def read_skipped(self, event: Event) -> None:
        """Read the line by which the validator passes without a check: there is nothing to check."""
        self._skipped = True
        self.read_verdict(event)

    def read_failed_services(self, event: Event) -> None:
        """Read the list after a verdict; the validator logs it only on failure."""
        self.add_event(event)
        self._add_verdict_failed(event)

    def read_tail(self, event: Event) -> None:
        """Add a line that follows every verdict of its kind."""
        self.add_event(event)

    def read_claim(self, event: Event) -> None:
        """Add what a caller says about the verdict; it may be wrong and never changes it."""
        self.add_step(event, event.step, "seen")
        if event.fields.get("checks"):
            self._add_verdict_failed(event)

    read_refused = read_claim

    def _add_verdict_failed(self, event: Event) -> None:
        """Add the failed checks of a verdict line; they give the verdict if it is lost."""
        if self.verdict == "ready":
            return
        self._verdict_failed += self._named_checks(event)
        if self.verdict == "unknown":
            self.verdict = "not_ready"
            self.decided = event.entry.timestamp

    def _named_checks(self, event: Event) -> list[str]:
        """Return the checks that a line lists: those of the chain and those that the run announced."""
        return self._resolver.known_checks(event.fields.get("checks", ""), self._announced)

    @property
    def final_verdict(self) -> Verdict:
        """Return the verdict; ready becomes degraded where a check was tolerated, warned or has no result."""
        if self.verdict == "ready" and (self.warned or self.tolerated or self._has_unreported_checks):
            return "degraded"
        return self.verdict

    @property
    def _has_unreported_checks(self) -> bool:
        """Return whether a complete run passed although a check has neither a pass nor a fail.

        In overlapping runs, and where the name of a passed check is lost, it is unknown which check has none.
        """
        if self._skipped or self.overlaps or any(s.step == "check" and s.check is None for s in self.steps):
            return False
        return any(step.outcome == "not_reached" for step in self.not_reached())

    @property
    def complete(self) -> bool:
        """Return whether both ends of the run are in the logs."""
        return self.start_seen and self.decided is not None

    def not_reached(self) -> list[Step]:
        """Return the checks that a decided run never reached."""
        if self.decided is None or not self.start_seen:
            return []
        reached = {step.check for step in self.steps}
        return [
            Step(step="check", outcome="not_reached", check=check, phase=self._resolver.phase.get(check))
            for check in self._resolver.order
            if check not in reached
        ]

    def finalize(self) -> None:
        """Decide the run from its lines when no more of them follow.

        In overlapping runs only the checks of the verdict itself are certain. A failed critical check decides
        a run whose verdict is lost, because no later line can change it.
        """
        if self.overlaps and (self.verdict == "ready" or self.condition or self._verdict_failed):
            self.failed = []
        self.add_failed(self._verdict_failed)
        self._add_unreported_attempts()
        if self.verdict == "unknown" and self.failed and not self.overlaps:
            self.verdict = "not_ready"
        for check, reason in self._reasons.items():
            if check in self._tolerances:
                _append_once(self.tolerated, check)
            outcome: Outcome = "tolerated" if check in self._tolerances else "seen"
            self.steps.append(
                StepBuilder(
                    "check", reason.event, outcome, check, reason=reason.reason, evidence=reason.evidence
                )
            )
        if self.verdict == "ready" and not (self.warned or self.tolerated) and self._has_unreported_checks:
            self.condition = self.condition or "checks_unreported"
        self.verdict = self.final_verdict

    def _add_unreported_attempts(self) -> None:
        """Add the checks whose attempts all failed and whose result is not in the logs.

        Under a ready verdict such a check is not critical.
        """
        for check, event in self._attempts.items():
            reason = self._reasons.pop(check, None)
            outcome: Outcome = "warned" if self.verdict == "ready" else "failed"
            if outcome == "warned":
                _append_once(self.warned, check)
            step = StepBuilder(
                "check",
                event,
                outcome,
                check,
                phase=self._resolver.phase.get(check),
                elapsed=parse_number(event.fields.get("elapsed")),
                attempts=_attempts(event),
                reason=reason.reason if reason else None,
                evidence=reason.evidence if reason else [],
            )
            step.cite(event)
            self.steps.append(step)


def _attempts(event: Event | None) -> int | None:
    return parse_count(event.fields.get("attempts")) if event else None


def _append_once(checks: list[str], check: str) -> None:
    if check not in checks:
        checks.append(check)


def _phase(event: Event) -> str | None:
    phase = event.fields.get("phase")
    return f"startup phase {phase}" if phase else None
