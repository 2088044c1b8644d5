"""The readiness chain as a graph: one node for each check, in order."""

from typing import NamedTuple

from triage.models import Chain, Run, Step


class Node(NamedTuple):
    """A check, how it ended, and whether the chain fails with it; None where the environment does not say."""

    check: str
    outcome: str
    critical: bool | None
    step: Step | None


class Graph(NamedTuple):
    """The nodes, and the run that went through them; without one the chain was never reached."""

    nodes: list[Node]
    run: Run | None


def graph(run: Run | None, chain: Chain | None, environment: str | None) -> Graph | None:
    """Return the chain as a run went through it, or None when neither a run nor a chain is known.

    Without a run every check of the chain is "not_reached".
    """
    if run is not None:
        steps = [step for step in run.steps if step.check and step.outcome != "seen"]
        nodes = [
            Node(step.check or "", step.outcome, _critical(chain, step.check or "", run.environment), step)
            for step in steps
        ]
        return Graph(nodes, run)
    if chain is None:
        return None
    nodes = [
        Node(check.id, "not_reached", _critical(chain, check.id, environment), None) for check in chain.checks
    ]
    return Graph(nodes, None)


def _critical(chain: Chain | None, check: str, environment: str | None) -> bool | None:
    found = [known.critical for known in chain.checks if known.id == check] if chain else []
    return found[0].get(environment or "") if found else None
