"""Gate runs: requests decided without a validation of their own."""

from triage.models import Event, GateWords, Outcome, Verdict
from triage.runs.check_resolver import CheckResolver
from triage.runs.run_builder import RunBuilder

_VERDICTS: dict[str, Verdict] = {"ready": "ready", "degraded": "degraded", "not_ready": "not_ready"}
_OUTCOMES: dict[str, Outcome] = {"refused": "failed", "error": "failed", "approved": "passed"}


class GateBuilder(RunBuilder):
    """A gate run: refused, approved, bypassed, answered from a cached verdict, or failed."""

    kind = "gate"

    def __init__(self, event: Event) -> None:
        """Start a gate run with the first line about a request."""
        super().__init__(event)
        self.start_seen = True
        self.finished = False

    def on_event(self, event: Event) -> None:
        """Add one line; the first verdict counts."""
        self.add_step(event, event.step, _OUTCOMES.get(event.step, "seen"), reason=_reason(event))
        if event.step in ("error", "bypassed", "allowed"):
            self.verdict = _VERDICTS.get(event.outcome, self.verdict)
            self.condition = self.condition or event.condition or None
        self.finished = event.step in ("refused", "approved")

    def refuse(self, event: Event, resolver: CheckResolver, words: GateWords) -> None:
        """Set the verdict of a refusal without a validation."""
        self.verdict = "not_ready"
        self.add_failed(resolver.known_checks(event.fields.get("checks", "")))
        error = event.fields.get("error")
        if not has_no_result(event, words):
            self.start_seen = False
        elif error == words.refused:
            self.condition = self.condition or "gate_rejected"
        elif error is None:
            self.start_seen = bool(self.condition)
        else:
            failure = "validation_timeout" if error in words.timeouts else "validation_error"
            self.condition = self.condition or failure

    def repeat(self, run: str, verdict: Verdict) -> None:
        """Set the verdict of the run whose cached answer this is."""
        self.repeats = run
        self.verdict = verdict


def has_no_result(event: Event, words: GateWords) -> bool:
    """Return whether a refusal has no state and no failed check: no validation produced it."""
    return event.fields.get("state") == words.no_state and not event.fields.get("checks", "").strip()


def may_repeat(event: Event, words: GateWords) -> bool:
    """Return whether a refusal may repeat a cached verdict: it has no result and no exception."""
    return has_no_result(event, words) and event.fields.get("error", words.refused) == words.refused


def _reason(event: Event) -> str | None:
    path = event.fields.get("path")
    error = event.fields.get("reason") or event.fields.get("error")
    return ", ".join(part for part in (f"path {path}" if path else "", error or "") if part) or None
