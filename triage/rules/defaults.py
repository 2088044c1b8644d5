"""What a pack need not say: the keys of a cause that follow from the others."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from triage.models import Rule

#: The keys that a cause may omit.
_KEYS = frozenset({"scope", "tier", "severity", "playbook", "check", "because"})
_TIERS = {"validation": "check", "boot": "startup", "gate": "gate"}
_PLAYBOOKS = {"validation": "check-failed", "boot": "startup-failed", "failure": "failed-instance"}
#: The failing check of a cause by what it requires of a run, or by the result that it names.
_POINTERS = {"failed": "@failed", "noncritical_failed": "@noncritical", "tolerated": "@tolerated"}
_POINTERS_BY_OUTCOME = {"failed": "@failed", "warned": "@noncritical", "tolerated": "@tolerated"}


class CauseDefaults:
    """Completes the causes of one pack."""

    def __init__(self, rules: Sequence[Rule], playbooks: Collection[str]) -> None:
        """Use the rules of the pack, and the names of the playbooks beside it."""
        self._rules = {rule.id: rule for rule in rules}
        self._playbooks = playbooks

    def complete(self, cause: dict[str, Any]) -> dict[str, Any]:
        """Return the table of a cause with the keys that it omits.

        ``scope`` is "validation" for a cause with ``run``, else the kind of run of the first rule that the
        cause names, else "failure". Tier, severity, playbook, failing check and reasons follow from the
        scope. A playbook beside the pack that has the name of the cause is its own.
        """
        if cause.keys() >= _KEYS:
            return cause
        recognized = [name for key in ("all_of", "any_of") for name in _texts(cause.get(key))]
        scope = cause.get("scope") or self._scope(cause, recognized)
        check = self._check(cause, recognized) if scope in ("validation", "gate") else ""
        needs = cause.get("run")
        degraded = check in ("@noncritical", "@tolerated") or (
            isinstance(needs, dict) and needs.get("verdict") == ["degraded"]
        )
        blocks = scope in ("validation", "boot") and not degraded
        own = cause.get("id") in self._playbooks
        return {
            "scope": scope,
            "tier": _TIERS.get(scope, "runtime"),
            "severity": "P0" if blocks else "P2" if degraded else "P1",
            "playbook": cause["id"] if own else _PLAYBOOKS.get(scope, "unknown-error"),
            "check": check,
            "because": self._reasons(cause, recognized, scope) if "because" not in cause else [],
        } | cause

    def _scope(self, cause: Mapping[str, Any], recognized: Sequence[str]) -> str:
        first = self._rules.get(recognized[0]) if recognized else None
        if "run" in cause:
            return "validation"
        return (first.run if first is not None else "") or "failure"

    def _check(self, cause: Mapping[str, Any], recognized: Sequence[str]) -> str:
        needs = cause.get("run")
        if isinstance(needs, dict):
            pointer = next((pointer for key, pointer in _POINTERS.items() if needs.get(key)), "")
            if pointer:
                return pointer
        rules = (self._rules.get(name) for name in recognized)
        results = (rule.outcome for rule in rules if rule is not None and rule.step == "check")
        return next(filter(None, map(_POINTERS_BY_OUTCOME.get, results)), "")

    def _reasons(
        self, cause: Mapping[str, Any], recognized: Sequence[str], scope: str
    ) -> list[dict[str, str]]:
        """Return a sentence for each rule that the cause names, and for a validation those of its failure."""
        reasons = [{"rule": name, "says": str(cause.get("title", ""))} for name in recognized]
        for rule in self._rules.values() if scope == "validation" else ():
            if rule.run == scope and rule.id not in recognized:
                if rule.step == "verdict" and rule.outcome == "not_ready":
                    reasons.append({"rule": rule.id, "says": "The readiness validation failed"})
                elif rule.step == "check" and rule.outcome in ("failed", "warned"):
                    reasons.append({"rule": rule.id, "says": "The check {check} failed"})
        return reasons


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
