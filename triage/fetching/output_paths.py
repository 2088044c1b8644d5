"""Where a fetch puts its files: names that every system takes, and the journals that wait to be resumed."""

from pathlib import Path

from triage.errors import UsageError
from triage.fetching.journal import Checkpoint, has_checkpoint, read_checkpoint
from triage.models import FetchPlan
from triage.text import filename
from triage.window import Window, format_timestamp

_PARTIAL = ".partial"


def output_path(plan: FetchPlan, service: str, window: Window) -> Path:
    """Return the file of a service: the one that was named, else NAME-FROM-UNTIL.jsonl.gz."""
    if plan.file:
        return Path(plan.file)
    return Path(plan.folder) / f"{filename(service)}-{_window_stamp(window)}.jsonl.gz"


def journal_folder(plan: FetchPlan) -> Path:
    """Return the folder of a new fetch's journal."""
    if plan.file:
        return Path(f"{plan.file}{_PARTIAL}")
    return Path(plan.folder) / f"{_base_name(plan)}-{_window_stamp(plan.window)}{_PARTIAL}"


def find_journal(plan: FetchPlan, clauses: dict[str, str]) -> Path | None:
    """Return the folder of the interrupted fetch that the plan goes on with, None where there is none.

    A relative window goes on with the newest one of its services, whose window is then kept: an hour ago is another
    time by now.

    Raises:
        UsageError: what was interrupted asked for something else.

    """
    if plan.file:
        folders = [journal_folder(plan)]
    else:
        folders = sorted(
            Path(plan.folder).glob(f"{_base_name(plan)}-*{_PARTIAL}"), key=_modified_at, reverse=True
        )
    found = [(folder, read_checkpoint(folder)) for folder in folders if has_checkpoint(folder)]
    found = [(folder, state) for folder, state in found if set(state.clauses) == set(clauses)]
    if not found:
        return None
    fitting = [folder for folder, state in found if _difference(plan, clauses, state) == ""]
    if not fitting:
        folder, state = found[0]
        raise UsageError(
            f"the interrupted fetch in {folder} is of another {_difference(plan, clauses, state)}",
            "give the same options with --resume, or leave --resume out to begin anew",
        )
    return fitting[0]


def _difference(plan: FetchPlan, clauses: dict[str, str], state: Checkpoint) -> str:
    """Return in what a journal differs from the plan, "" where it goes on with it."""
    if state.clauses != clauses:
        return "filter"
    if plan.project and plan.project != state.project:
        return f"project ({state.project})"
    if not plan.window.relative and plan.window != state.asked:
        return f"window ({state.asked})"
    return ""


def _base_name(plan: FetchPlan) -> str:
    more = f"+{len(plan.services) - 1}" if len(plan.services) > 1 else ""
    return f"{filename(plan.services[0])}{more}"


def _window_stamp(window: Window) -> str:
    """Return both ends in the basic form of ISO 8601, which has no colons: Windows takes none."""
    ends = (format_timestamp(at).partition(".")[0] for at in (window.start, window.end))
    return "-".join(f"{end.replace('-', '').replace(':', '')}Z" for end in ends)


def _modified_at(folder: Path) -> float:
    return folder.stat().st_mtime
