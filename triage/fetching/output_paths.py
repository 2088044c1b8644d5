"""Paths of a fetch: its output files and the journals to resume."""

from pathlib import Path

from triage.errors import UsageError
from triage.fetching.journal import Checkpoint, has_checkpoint, read_checkpoint
from triage.models import FetchPlan, service_of_function
from triage.text import filename
from triage.window import Window, format_timestamp

_PARTIAL = ".partial"


def output_path(plan: FetchPlan, service: str, window: Window) -> Path:
    """Return the file of a service: the named one, or NAME-FROM-UNTIL.jsonl.gz."""
    if plan.file:
        return Path(plan.file)
    return Path(plan.folder) / f"{_file_name(plan, service)}-{_window_stamp(window)}.jsonl.gz"


def journal_folder(plan: FetchPlan) -> Path:
    """Return the folder of a new fetch's journal."""
    if plan.file:
        return Path(f"{plan.file}{_PARTIAL}")
    return Path(plan.folder) / f"{_base_name(plan)}-{_window_stamp(plan.window)}{_PARTIAL}"


def find_journal(plan: FetchPlan, clauses: dict[str, str]) -> Path | None:
    """Return the journal folder that the plan resumes; None without one.

    A relative window resumes the newest journal of its services and keeps that journal's window.

    Raises:
        UsageError: the interrupted fetch has another query.

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
            f"the interrupted fetch in {folder} has another {_difference(plan, clauses, state)}",
            "give the same options with --resume, or leave --resume out to start again",
        )
    return fitting[0]


def _difference(plan: FetchPlan, clauses: dict[str, str], state: Checkpoint) -> str:
    """Return what differs between a journal and the plan; "" if nothing does."""
    if state.clauses != clauses:
        return "filter"
    if plan.project and plan.project != state.project:
        return f"project ({state.project})"
    if not plan.window.relative and plan.window != state.asked:
        return f"window ({state.asked})"
    return ""


def _base_name(plan: FetchPlan) -> str:
    more = f"+{len(plan.services) - 1}" if len(plan.services) > 1 else ""
    return f"{_file_name(plan, plan.services[0])}{more}"


def _file_name(plan: FetchPlan, name: str) -> str:
    """Return a name for files; that of a function in lower case, as disks may not tell cases apart."""
    return filename(service_of_function(name) if plan.kind == "function" else name)


def _window_stamp(window: Window) -> str:
    """Return both ends in ISO 8601 basic form, which Windows allows in names."""
    ends = (format_timestamp(at).partition(".")[0] for at in (window.start, window.end))
    return "-".join(f"{end.replace('-', '').replace(':', '')}Z" for end in ends)


def _modified_at(folder: Path) -> float:
    return folder.stat().st_mtime
