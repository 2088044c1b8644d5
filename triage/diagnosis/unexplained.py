"""The causes of what no rule explains: their titles and playbooks."""

import msgspec

from triage.models import FailureKind

_FAILED: dict[FailureKind, str] = {
    "exit": "A container exited, and no statement before it explains it",
    "signal": "A container was ended by a signal, and no statement before it explains it",
    "terminated": "Cloud Run ended a container, and no statement before it explains it",
    "memory": "A container exceeded its memory limit, and no rule says more",
    "startup_probe": "A startup probe failed, and no statement before it explains it",
    "liveness_probe": "A liveness probe failed, and no statement before it explains it",
    "readiness_probe": "A readiness probe failed, and no statement before it explains it",
    "worker": "A worker process failed, and no statement before it explains it",
    "request": "Requests failed, and no statement of theirs explains it",
    "deployment": "A deployment failed, and no rule explains its message",
    "task": "A task of a job failed, and no statement before it explains it",
    "execution": "An execution of a job failed, and no statement before it explains it",
}


class UnexplainedCause(msgspec.Struct, frozen=True):
    """A cause that no pack names.

    Attributes:
        id: id of the cause.
        title: one-line title.
        playbooks: playbooks that fix it, by what failed.

    """

    id: str
    title: str
    playbooks: list[str]


def cause_id_of(kind: FailureKind, *, has_statement: bool) -> str:
    """Return the id of the cause of a failure that no rule explains."""
    return "unknown-statement" if has_statement else f"unexplained-{kind.replace('_', '-')}"


def playbook_of(kind: FailureKind) -> str:
    """Return the playbook of a failure that no rule explains."""
    return "failed-requests" if kind == "request" else "failed-instance"


def unexplained_causes() -> list[UnexplainedCause]:
    """Return every cause of what no rule explains."""
    return [
        UnexplainedCause(
            "unknown-statement",
            "A failure after a statement that no rule explains",
            ["failed-instance", "failed-requests"],
        ),
        *(
            UnexplainedCause(cause_id_of(kind, has_statement=False), title, [playbook_of(kind)])
            for kind, title in _FAILED.items()
        ),
        UnexplainedCause("unknown-error", "An error that no rule explains", ["unknown-error"]),
    ]
