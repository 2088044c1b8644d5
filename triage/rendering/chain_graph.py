"""Readiness chain as a graph: one node per check, in order."""

from typing import NamedTuple

from triage.models import Chain, Run, Step


class ChainNode(NamedTuple):
    """A check of the chain.

    Attributes:
        check: id of the check.
        outcome: how the check ended.
        critical: whether the chain fails with the check; None if the environment is unknown.
        step: step of the run, if there is one.

    """

    check: str
    outcome: str
    critical: bool | None
    step: Step | None


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


def _is_critical(chain: Chain | None, check: str, environment: str | None) -> bool | None:
    found = [known.critical for known in chain.checks if known.id == check] if chain else []
    return found[0].get(environment or "") if found else None
