"""Find the last good and the first bad revision of a service."""

from triage.models import RevisionHistory, ServiceVerdict

_GOOD = ("ready", "degraded")


def build_revision_history(service: str, revisions: dict[str, ServiceVerdict]) -> RevisionHistory:
    """Return the last good and the first bad of revisions, newest first.

    A revision without a verdict neither starts nor ends a series of bad ones.
    """
    last_good = next((name for name, verdict in revisions.items() if verdict in _GOOD), None)
    first_bad, bounded = None, False
    for name, verdict in revisions.items():
        if verdict == "not_ready":
            first_bad = name
        elif verdict in _GOOD and first_bad:
            bounded = True
            break
    return RevisionHistory(
        service=service, revisions=revisions, last_good=last_good, first_bad=first_bad, bounded=bounded
    )
