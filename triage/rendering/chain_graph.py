"""Readiness chain as a graph: one node per check, in order."""

from collections.abc import Sequence
from typing import NamedTuple

from triage.models import Chain, Run, Step


class ChainNode(NamedTuple):
    """A check of the chain.

    Attributes:
        check: id of the check.
        outcome: how the check ended.
        critical: whether the chain fails with the check; None if the environment is unknown.
        step: step of the run, if there is one.
        at: time of the result, RFC 3339; "" where the run has one time for all.
        note: how many instances failed the check, "" for none.

    """

    check: str
    outcome: str
    critical: bool | None
    step: Step | None
    at: str = ""
    note: str = ""


class ChainGraph(NamedTuple):
    """Nodes of a chain.

    Attributes:
        nodes: checks in order.
        run: run that made the checks; None if the chain was not reached.

    """

    nodes: list[ChainNode]
    run: Run | None


def build_chain_graph(run: Run | None, chain: Chain | None, environment: str | None) -> ChainGraph | None:
    """Return the chain of a run, or None if neither run nor chain is known.

    Without a run every check of the chain is "not_reached".
    """
    if run is not None:
        steps = [step for step in run.steps if step.check and step.outcome != "seen"]
        nodes = [
            ChainNode(
                step.check or "", step.outcome, _is_critical(chain, step.check or "", run.environment), step
            )
            for step in steps
        ]
        return ChainGraph(nodes, run)
    if chain is None:
        return None
    nodes = [
        ChainNode(check.id, "not_reached", _is_critical(chain, check.id, environment), None)
        for check in chain.checks
    ]
    return ChainGraph(nodes, None)


def build_last_results(runs: Sequence[Run], chain: Chain | None) -> list[ChainNode]:
    """Return each check with its last result, in the order of the chain.

    ``runs`` are those of one service in order of their start. Checks that no run made are "not_reached".
    """
    results: dict[str, tuple[Run, Step]] = {}
    for run in runs:
        for step in run.steps:
            if step.check and step.outcome != "seen":
                results[step.check] = (run, step)
    named = [check.id for check in chain.checks] if chain else []
    last = max((run for run, _ in results.values()), key=lambda run: run.started, default=None)
    environment = last.environment if last else None
    return [
        ChainNode(
            check,
            results[check][1].outcome if check in results else "not_reached",
            _is_critical(chain, check, environment),
            results[check][1] if check in results else None,
            results[check][0].ended if check in results else "",
            _failing_instances(runs, check, last.revision) if last else "",
        )
        for check in dict.fromkeys([*named, *results])
    ]


def _failing_instances(runs: Sequence[Run], check: str, revision: str) -> str:
    """Return on how many instances of a revision the last result of a check is a failure, "" for none."""
    outcomes = {
        run.instance: step.outcome
        for run in runs
        for step in run.steps
        if step.check == check and step.outcome != "seen" and run.revision == revision
    }
    failed = sum(outcome == "failed" for outcome in outcomes.values())
    return f"failed on {failed} of {len(outcomes)} instances" if failed and len(outcomes) > 1 else ""


def _is_critical(chain: Chain | None, check: str, environment: str | None) -> bool | None:
    found = [known.critical for known in chain.checks if known.id == check] if chain else []
    return found[0].get(environment or "") if found else None
