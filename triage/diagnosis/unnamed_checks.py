"""The cause of a failed readiness check that no cause of a pack names."""

from collections.abc import Sequence

from triage.diagnosis.matching import PackCause
from triage.diagnosis.rule_matches import group_by_rule
from triage.models import Cause, Pack, ReasonTemplate, RunRecord

_FAILED, _VERDICT = "failed", "not_ready"


def unnamed_check(run_record: RunRecord, packs: Sequence[Pack]) -> PackCause | None:
    """Return the cause "the readiness check X failed" for the first failed check of a validation.

    Return None where no line of the run reports the failed check.
    """
    run = run_record.run
    check = run.first_failed
    if run.kind != "validation" or run.verdict != _VERDICT or run.condition or check is None:
        return None
    matches = group_by_rule(run_record.events)
    failed = [n for n, found in matches.items() if found.first.outcome == _FAILED and check in found.checks]
    verdicts = [n for n, found in matches.items() if found.first.step == "verdict"]
    if not failed:
        return None
    pack = next((pack for pack in packs if pack.id == matches[failed[0]].first.pack), None)
    if pack is None:
        return None
    because = [ReasonTemplate(rule=name, says="The readiness validation failed") for name in verdicts]
    because += [ReasonTemplate(rule=name, says="The check {check} failed") for name in failed]
    cause = Cause(
        id="check-failed",
        title="The readiness check {check} failed",
        means="A critical check of the readiness chain failed, and the pack has no cause of its own for it.",
        tier="check",
        scope="validation",
        severity="P0",
        playbook="check-failed",
        check="@failed",
        because=because,
    )
    return PackCause(pack, cause)
