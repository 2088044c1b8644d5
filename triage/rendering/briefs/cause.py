"""Brief of a cause: what it means and how to fix it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from triage.models import Cause, Playbook
from triage.models.brief import BriefReason
from triage.models.cause_brief import BriefCause, BriefFix, BriefKind, CauseBrief
from triage.models.playbook import Fix
from triage.rendering.briefs.size import fit, fit_part
from triage.text import pluralize

_MOST = {"fixes": 3, "no_fixes": 2, "rollback": 2, "supersedes": 8, "validate": 2}


def brief_cause(
    name: str,
    title: str,
    cause: Cause | None,
    playbooks: Sequence[Playbook],
    *,
    example: str = "",
    part: str = "",
    cursor: str = "",
) -> dict[str, Any]:
    """Return the brief of a cause as plain data.

    cause: the cause of a pack, None for a failure that no rule explains.
    part: the list to return instead of the answer, from a cursor on.

    Raises:
        UsageError: there is no such list.

    """
    suggest = cause.suggest if cause else None
    fixes = list({str(fix): fix for playbook in playbooks for fix in playbook.fixes}.values())
    brief = CauseBrief(
        headline=f"{name}: {title}",
        cause=name,
        severity=cause.severity if cause else "",
        means="\n".join([*([cause.means] if cause else []), *(playbook.means for playbook in playbooks)]),
        example=example,
        fixes=[_brief_fix(fix) for fix in fixes if not fix.symptom_fix],
        no_fixes=[BriefReason(says=f"{fix.title}: {fix.why}") for fix in fixes if fix.symptom_fix],
        supersedes=cause.supersedes if cause else [],
        limits=[*(cause.limits if cause else []), *(says for book in playbooks for says in book.limits)],
        to_confirm=suggest.why if suggest else "",
        confirm_filter=suggest.filter if suggest else "",
        docs=list(dict.fromkeys(playbook.docs for playbook in playbooks if playbook.docs)),
    )
    return fit_part(brief, part, cursor) if part else fit(brief, _MOST)


def brief_causes(causes: Sequence[BriefCause], search: str, cursor: str) -> dict[str, Any]:
    """Return the causes whose id, title or kind has every word of a search, from a cursor on.

    Without words it is the list of kinds.

    Raises:
        UsageError: the cursor is not one of this list.

    """
    words = search.lower().replace("-", " ").split()
    found = [
        cause
        for cause in causes
        if all(word in f"{cause.kind} {cause.id} {cause.title}".lower() for word in words)
    ]
    kinds = Counter(cause.kind for cause in causes)
    if words:
        headline = f"{pluralize(len(found), 'cause')} of {len(causes):,} found"
    else:
        headline = f"{pluralize(len(causes), 'cause')} of {pluralize(len(kinds), 'kind')}"
    brief = CauseBrief(
        headline=headline,
        causes=found,
        kinds=[BriefKind(kind=kind, causes=count) for kind, count in kinds.items()],
    )
    return fit_part(brief, "causes" if words else "kinds", cursor)


def _brief_fix(fix: Fix) -> BriefFix:
    return BriefFix(
        title=fix.title,
        does=fix.does.strip(),
        due=fix.due,
        risk=fix.risk,
        commands=fix.commands,
        validate=fix.validate,
        rollback=fix.rollback,
    )
