"""Small invented sides of a comparison."""

from typing import Any

from triage.models import (
    ErrorPattern,
    RequestCounts,
    RevisionActivity,
    Run,
    ServiceState,
    ServiceVerdict,
    Step,
)
from triage.release.comparison import Side

SHOP = "shop"
FIRST = "2026-03-17T14:00:00Z"


def at_minute(minutes: float) -> str:
    """Return the time so many minutes after the start of a side."""
    seconds = round(minutes * 60)
    return f"2026-03-17T{14 + seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}Z"


def run(kind: str, number: int, verdict: str, **changes: Any) -> Run:
    fields: dict[str, Any] = {
        "id": f"{kind}-{number}",
        "kind": kind,
        "service": SHOP,
        "revision": "shop-00002-new",
        "instance": f"i{number}",
        "started": at_minute(number / 100),
        "ended": at_minute(number / 100),
        "elapsed": 2.0,
        "complete": True,
        "verdict": verdict,
    }
    return Run(**(fields | changes))


def boots(ready: int, failed: int, elapsed: float = 2.0) -> list[Run]:
    verdicts = ["ready"] * ready + ["not_ready"] * failed
    return [run("boot", number, verdict, elapsed=elapsed) for number, verdict in enumerate(verdicts)]


def validations(name: str, *outcomes: str, elapsed: float | None = None) -> list[Run]:
    """Return one validation per outcome of a check."""
    return [
        run(
            "validation",
            number,
            "ready" if outcome == "passed" else "not_ready",
            steps=[Step(step="check", check=name, outcome=outcome, elapsed=elapsed)],  # type: ignore[arg-type]
        )
        for number, outcome in enumerate(outcomes)
    ]


def request_counts(path: str, status: int, count: int, kind: str = "health") -> RequestCounts:
    return RequestCounts(
        service=SHOP,
        revision="shop-00002-new",
        kind=kind,  # type: ignore[arg-type]
        path=path,
        status=status,
        count=count,
        first=FIRST,
        last=FIRST,
    )


def error(shape: str, count: int, service: str = SHOP, revision: str = "shop-00002-new") -> ErrorPattern:
    return ErrorPattern(
        service=service,
        revision=revision,
        template=shape,
        rule="",
        example=f"{shape} {count}",
        insert_id=f"{shape}-{count}",
        count=count,
        instances=1,
        first=FIRST,
        last=FIRST,
    )


def side(
    verdict: ServiceVerdict = "ready",
    *,
    minutes: float = 60,
    instances: int = 2,
    service: str = SHOP,
    revisions: dict[str, ServiceVerdict] | None = None,
    **parts: Any,
) -> Side:
    """Return a side of one service: by default an hour, two instances, one request."""
    revisions = {"shop-00002-new": verdict} if revisions is None else revisions
    state = ServiceState(service=service, verdict=verdict, primary=True, chain=SHOP, revisions=revisions)
    presence = RevisionActivity(
        service=service, revision=next(iter(revisions)), first=FIRST, last=FIRST, instances=instances
    )
    fields: dict[str, Any] = {
        "name": "a side",
        "verdict": verdict,
        "states": [state],
        "requests": [request_counts("/health", 200, 10)],
        "activities": [presence],
        "first": FIRST,
        "last": at_minute(minutes),
    }
    return Side(**(fields | parts))
