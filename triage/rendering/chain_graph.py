"""The readiness chain as a graph: one node for each check, in order."""

from typing import NamedTuple

from triage.models import Chain, Run, Step


class ChainNode(NamedTuple):
    """A check, how it ended, and whether the chain fails with it; None where the environment does not say."""

    check: str
    outcome: str
    critical: bool | None
    step: Step | None


class ChainGraph(NamedTuple):
    """The nodes, and the run that went through them; without one the chain was never reached."""

    nodes: list[ChainNode]
    run: Run | None


def build_chain_graph(run: Run | None, chain: Chain | None, environment: str | None) -> ChainGraph | None:
    """Return the chain as a run went through it, or None when neither a run nor a chain is known.

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
