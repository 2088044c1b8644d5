"""The end of the last round of a sweep, so that rounds join without a hole or an overlap."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from triage.errors import BadDataError, IOFailureError, UsageError
from triage.files import durable
from triage.files.lock import Lock
from triage.models import SweepPlan
from triage.window import NANOSECONDS, Window, format_timestamp, parse_timestamp

#: A round ends so long before now: Cloud Logging may receive an entry late.
LATE = 60 * NANOSECONDS
#: How far back a round reads after missed ones.
MAX_CATCH_UP = 6 * 3600 * NANOSECONDS


class _State(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The content of the file; times are RFC 3339."""

    schema: Literal["triage.sweep/1"] = "triage.sweep/1"
    project: str
    services: list[str]
    until: str
    behind: dict[str, str] = {}


class RoundPlan(msgspec.Struct, frozen=True):
    """What a round has to read.

    Attributes:
        window: its window; empty if the last round has just ended.
        behind: earlier starts, of services that the last round did not read to its end.
        skipped: time before the window that no round reads, None for none.

    """

    window: Window
    behind: dict[str, int]
    skipped: Window | None = None


def plan_round(plan: SweepPlan, project: str, now: int) -> RoundPlan:
    """Return what a round has to read, after the last one that the state file names.

    project: "" where only the credentials name it.

    Raises:
        BadDataError: the state file is damaged.
        IOFailureError: it cannot be read.
        UsageError: the first window is empty, or the state file is that of another project or of other
            services.

    """
    if plan.first_length < NANOSECONDS:
        raise UsageError("--since: the window of the first round is empty", "give a length such as 1h")
    end = (now - LATE) // NANOSECONDS * NANOSECONDS
    state = _read(Path(plan.state)) if plan.state else None
    if state is None:
        return RoundPlan(Window(end - plan.first_length, end), {})
    if project not in ("", state.project) or sorted(state.services) != sorted(plan.services):
        of = f"{', '.join(state.services) or 'all services'} of project {state.project}"
        raise UsageError(f"--state {plan.state}: it is that of {of}", "give each sweep a file of its own")
    last, earliest = parse_timestamp(state.until), end - MAX_CATCH_UP
    behind = {service: max(parse_timestamp(at), earliest) for service, at in state.behind.items()}
    oldest = min([last, *map(parse_timestamp, state.behind.values())])
    return RoundPlan(
        Window(min(max(last, earliest), end), end),
        behind,
        Window(oldest, earliest) if oldest < earliest else None,
    )


def keep_round(plan: SweepPlan, project: str, window: Window, unread: dict[str, int]) -> None:
    """Write the end of a round, and the services that it did not read to the end.

    Raises:
        IOFailureError: the file cannot be written.

    """
    state = _State(
        project=project,
        services=plan.services,
        until=format_timestamp(window.end),
        behind={service: format_timestamp(at) for service, at in sorted(unread.items())},
    )
    with _translate_errors(plan.state):
        durable.replace(Path(plan.state), msgspec.json.format(msgspec.json.encode(state)) + b"\n")


@contextmanager
def hold_state(plan: SweepPlan) -> Iterator[None]:
    """Let no other sweep use the state file meanwhile.

    Raises:
        IOFailureError: its folder cannot be written to.
        TryAgainError: another sweep uses it.

    """
    if not plan.state:
        yield
        return
    path = Path(plan.state)
    with _translate_errors(plan.state):
        lock = Lock(path.with_name(f"{path.name}.lock"), path, holder="another sweep", hint="wait for it")
    try:
        yield
    finally:
        lock.release()


def _read(path: Path) -> _State | None:
    try:
        state = msgspec.json.decode(path.read_bytes(), type=_State)
        for time in (state.until, *state.behind.values()):
            parse_timestamp(time)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, ValueError) as error:
        raise BadDataError(
            f"--state {path}: not a file of a sweep, or damaged: {error}",
            "remove it, and the next round is as long as --since",
        ) from error
    except OSError as error:
        raise IOFailureError(f"--state {path}: {error.strerror}", "name a file") from error
    return state


@contextmanager
def _translate_errors(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise IOFailureError(
            f"--state {path}: {error.strerror}", "name a file in a folder that can be written to"
        ) from error
