"""A request that was judged without a validation of its own."""

from triage.models import Event, Outcome, Verdict
from triage.runs.draft import Draft
from triage.runs.naming import Naming

_VERDICTS: dict[str, Verdict] = {"ready": "ready", "degraded": "degraded", "not_ready": "not_ready"}
_OUTCOMES: dict[str, Outcome] = {"refused": "failed", "error": "failed", "approved": "passed"}
#: What the middleware prints when the validator gave it nothing to print.
_NO_STATE, _NO_ERROR = "unknown", "service_not_ready"
_TIMEOUTS = ("readiness_check_timeout", "cloud_run_timeout")


class Gate(Draft):
    """A gate run under construction: refused, approved, bypassed, answered from a cached verdict, or broken."""

    kind = "gate"

    def __init__(self, event: Event) -> None:
        """Begin with the first line that the gate says of a request."""
        super().__init__(event)
        self.start_seen = True
        self.concluded = False

    def take(self, event: Event) -> None:
        """Read one line of the gate; the first that says a verdict gives it, a recovery weakens it."""
        self.note(event, event.step, _OUTCOMES.get(event.step, "seen"), reason=_reason(event))
        if event.step in ("error", "bypassed", "allowed"):
            self.verdict = _VERDICTS.get(event.outcome, self.verdict)
            self.condition = self.condition or event.condition or None
        self.concluded = event.step in ("refused", "approved")

    def refuse(self, event: Event, naming: Naming) -> None:
        """Judge a refusal for which no validation stands in reach."""
        self.verdict = "not_ready"
        self.fail(naming.known(event.fields.get("checks", "")))
        error = event.fields.get("error")
        if not says_nothing(event):
            self.start_seen = False
        elif error == _NO_ERROR:
            self.condition = self.condition or "gate_rejected"
        elif error is None:
            self.start_seen = bool(self.condition)
        else:
            broke = "validation_timeout" if error in _TIMEOUTS else "validation_error"
            self.condition = self.condition or broke

    def repeat(self, run: str, verdict: Verdict) -> None:
        """Take over the verdict of the run whose cached answer this is."""
        self.repeats = run
        self.verdict = verdict


def says_nothing(event: Event) -> bool:
    """Return whether a refusal carries no state and no failed check: no validator's result stands behind it."""
    return event.fields.get("state") == _NO_STATE and not event.fields.get("checks", "").strip()


def may_repeat(event: Event) -> bool:
    """Return whether a refusal may be a cached verdict given again: it carries no result and no exception."""
    return says_nothing(event) and event.fields.get("error", _NO_ERROR) == _NO_ERROR


def _reason(event: Event) -> str | None:
    path = event.fields.get("path")
    error = event.fields.get("reason") or event.fields.get("error")
    return ", ".join(part for part in (f"path {path}" if path else "", error or "") if part) or None
