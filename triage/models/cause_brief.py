"""The brief of a cause, and of a list of causes."""

from triage.models.brief import Brief, BriefModel, BriefReason


class BriefFix(BriefModel, frozen=True, kw_only=True):
    """One fix.

    Attributes:
        title: what to do.
        does: how, and what it changes.
        due: when it is due.
        risk: what can go wrong.
        commands: its commands; words in capitals have to be replaced.
        validate: how to verify it.
        rollback: how to undo it.

    """

    title: str
    does: str
    due: str
    risk: str
    commands: list[str] = []
    validate: list[str] = []
    rollback: list[str] = []


class BriefCause(BriefModel, frozen=True, kw_only=True):
    """One cause of the catalog.

    Attributes:
        id: its id.
        title: its title.
        kind: its kind.

    """

    id: str
    title: str
    kind: str = ""


class BriefKind(BriefModel, frozen=True, kw_only=True):
    """One kind of causes.

    Attributes:
        kind: the kind.
        causes: number of its causes.

    """

    kind: str
    causes: int


class CauseBrief(Brief, frozen=True, kw_only=True):
    """What a cause means and how to fix it, or a list of causes.

    Attributes:
        headline: the cause and its title, or how many causes were found.
        cause: id of the cause.
        severity: P0 to P2, "" for a failure that no rule explains.
        means: what it means.
        example: a line that shows it.
        fixes: how to fix it.
        no_fixes: what does not fix it, and why.
        supersedes: causes that are its symptoms.
        limits: what the logs cannot show.
        to_confirm: which question further logs would answer.
        confirm_filter: Logging filter of these logs.
        docs: addresses of documentation pages.
        causes: causes that were found.
        kinds: kinds of causes.

    """

    HEAD = ("cause", "headline")

    headline: str
    cause: str = ""
    severity: str = ""
    means: str = ""
    example: str = ""
    fixes: list[BriefFix] = []
    no_fixes: list[BriefReason] = []
    supersedes: list[str] = []
    limits: list[str] = []
    to_confirm: str = ""
    confirm_filter: str = ""
    docs: list[str] = []
    causes: list[BriefCause] = []
    kinds: list[BriefKind] = []
