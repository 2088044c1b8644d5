"""Fetch logs page by page into a journal and then into files.

The window grows where it cuts a run.
"""

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from triage.errors import IOFailureError, NoPermissionError, TryAgainError, UsageError
from triage.fetching import window_growth, writer
from triage.fetching.api_errors import is_page_token_error, to_triage_error, without_resume
from triage.fetching.client import Connection, connect
from triage.fetching.further_parts import Findings, FurtherParts
from triage.fetching.journal import TOKEN_LIFE, Checkpoint, Journal, Part, Purpose, new_parts
from triage.fetching.output_paths import find_journal, journal_folder, output_path
from triage.fetching.pages import PAGE_SIZE, PageReader, PageSequence, RateLimiter, RetryPolicy
from triage.fetching.query import add_window, plan_filter
from triage.fetching.session import Session
from triage.models import FetchPlan, FetchResult, Pack, Progress
from triage.window import Window, format_utc_and_local, parse_timestamp

Notify = Callable[[str], None]
ShowProgress = Callable[[Progress], None]

_RETRY_POLICY = RetryPolicy()
#: Free bytes of the disk without which nothing is fetched.
_LEAST_ROOM = 1 << 20


def fetch(
    plan: FetchPlan,
    packs: Sequence[Pack],
    *,
    findings: Findings,
    notify: Notify,
    show_progress: ShowProgress,
    retry_policy: RetryPolicy = _RETRY_POLICY,
    session: Session | None = None,
    environ: Mapping[str, str] = os.environ,
) -> list[FetchResult]:
    """Fetch a plan and return its files: one per service, with a .meta.json each.

    ``findings`` say what is fetched after the logs of the window. ``notify`` receives sentences about events,
    ``show_progress`` the progress. Pages are kept in a journal until all files are written; ``plan.resume``
    continues from an existing journal, or starts a new fetch without one. A ``session`` stays open.

    Raises:
        UsageError: the query is invalid, an output exists, or --resume finds another fetch.
        TryAgainError: quota or network; the journal is kept.
        NoPermissionError: credentials, role or project; the journal is kept.
        IOFailureError: a file cannot be written; the journal is kept as far as possible.
        KeyboardInterrupt: the user stopped it; the journal is kept, and ``notify`` was called.

    """
    clauses = {service: plan_filter(plan, service, packs) for service in plan.services}
    _check_output(plan)
    connection = session.connection if session else connect(plan, environ)
    try:
        notify(f"project {connection.project}, named by {connection.source}")
        try:
            _check_room(Path(plan.file or plan.folder))
            journal = _open_journal(plan, clauses, connection.project, notify)
        except OSError as error:
            raise _write_failure(error, plan.folder, keep=plan.keep) from error
        asked = journal.state.asked
        notify(f"window {format_utc_and_local(asked.start)} to {format_utc_and_local(asked.end)}")
        plan = msgspec.structs.replace(plan, window=asked)
        return _Fetcher(
            plan=plan,
            journal=journal,
            connection=connection,
            limiter=session.limiter if session else RateLimiter(plan.reads_per_minute),
            findings=findings,
            notify=notify,
            show_progress=show_progress,
            retry_policy=session.retry_policy if session else retry_policy,
        ).run()
    finally:
        if session is None:
            connection.close()


def _check_output(plan: FetchPlan) -> None:
    if plan.file and len(plan.services) > 1:
        raise UsageError(f"-o {plan.file}: one file cannot hold several services", "give an existing folder")
    if not plan.file:
        return
    file = Path(plan.file)
    if file.is_symlink() and not file.exists():
        raise UsageError(f"-o {plan.file}: it is a link to nothing", "give the name of a new file")
    if not plan.resume and file.exists():
        raise UsageError(f"-o {plan.file}: it exists, and nothing is written over", "give a new name")


def _check_room(path: Path) -> None:
    """Check that the disk of a path has room before anything is fetched.

    Raises:
        OSError: it has none.

    """
    folder = next(parent for parent in (path.absolute(), *path.absolute().parents) if parent.exists())
    if shutil.disk_usage(folder).free < _LEAST_ROOM:
        raise OSError(errno.ENOSPC, "less than 1 MiB is free on its disk", str(path))


def _open_journal(plan: FetchPlan, clauses: dict[str, str], project: str, notify: Notify) -> Journal:
    """Return the journal to resume, or a new one."""
    if plan.resume and (folder := find_journal(plan, clauses)):
        journal = Journal.reopen(folder)
        notify(f"going on with {folder}: {journal.entries:,} entries are there, window {journal.state.asked}")
        return journal
    if plan.resume:
        notify("nothing to resume: beginning")
    state = Checkpoint(
        project=project,
        clauses=clauses,
        asked=plan.window,
        began=time.time_ns(),
        page_size=min(PAGE_SIZE, plan.limit or PAGE_SIZE),
        limit=plan.limit,
        parts=new_parts(clauses, plan.window),
    )
    return Journal.begin(journal_folder(plan), state)


def _write_failure(error: OSError, folder: str, kept: str = "", *, keep: bool) -> IOFailureError:
    hint = "make room or give the right to write, then the same command with --resume"
    return IOFailureError(
        f"{error.filename or folder}: {error.strerror}{kept}", hint if keep else without_resume(hint)
    )


class _Fetcher:
    """A fetch in progress."""

    def __init__(
        self,
        *,
        plan: FetchPlan,
        journal: Journal,
        connection: Connection,
        limiter: RateLimiter,
        findings: Findings,
        notify: Notify,
        show_progress: ShowProgress,
        retry_policy: RetryPolicy,
    ) -> None:
        self._plan = plan
        self._journal = journal
        self._findings = findings
        self._notify = notify
        self._show_progress = show_progress
        self._project = connection.project
        self._reader = PageReader(
            connection,
            limiter,
            retry_policy,
            self._report_waiting,
            notify=notify,
        )
        self._index = 0

    def run(self) -> list[FetchResult]:
        """Fetch, write the files and remove the journal.

        After a failure the journal stays, if it holds pages and the plan keeps it.
        """
        journal, keep = self._journal, self._plan.keep
        try:
            cut = self._collect()
            written = [self._write_service(service, cut) for service in journal.state.clauses]
            journal.discard()
        except KeyboardInterrupt:
            if keep:
                self._notify(f"stopped{self._kept_note()}; the same command with --resume goes on")
            raise
        except (TryAgainError, NoPermissionError) as error:
            hint = error.hint if keep else without_resume(error.hint)
            raise type(error)(f"{error.message}{self._kept_note()}", hint) from error
        except OSError as error:
            raise _write_failure(error, str(journal.folder), self._kept_note(), keep=keep) from error
        finally:
            if journal.pages and keep:
                journal.close()
            else:
                journal.discard()
        return written

    def _kept_note(self) -> str:
        if not self._journal.pages or not self._plan.keep:
            return ""
        return f"; {self._journal.entries:,} entries are kept in {self._journal.folder}"

    def _collect(self) -> str:
        """Fetch the logs, then what explains them; return what stays cut, or ""."""
        cut = [self._collect_window()]
        if not self._journal.is_limited("logs"):
            further = FurtherParts(
                self._plan, self._journal, self._findings, fetch_all=self._fetch_all, notify=self._notify
            )
            cut += further.collect()
        return "; ".join(filter(None, cut))

    def _fetch_all(self, purpose: Purpose) -> None:
        for index in self._journal.indexes(purpose):
            self._fetch_part(index)

    def _collect_window(self) -> str:
        """Fetch the parts and widen the window as needed; return what stays cut, or ""."""
        journal, asked = self._journal, self._plan.window
        while True:
            self._fetch_all("logs")
            if self._journal.is_limited("logs"):
                return f"--limit {journal.state.limit} was reached: there are more entries"
            shortfalls = self._findings.shortfalls(journal.files("logs"), journal.window, asked)
            if not shortfalls:
                return ""
            says = "; ".join(dict.fromkeys(shortfall.says for shortfall in shortfalls))
            if not self._plan.may_widen:
                return f"{says}: --widen fetches more"
            steps = [
                window_growth.next_window(journal.window, asked, shortfall.side, journal.state.began)
                for shortfall in shortfalls
            ]
            added = next((step for step in steps if step), None)
            if added is None and all(shortfall.side == "end" for shortfall in shortfalls):
                return f"{says}: fetch again when it has gone on"
            if added is None:
                return f"{says}: the window grew as far as it may, a longer one fetches more"
            bounds = window_growth.growth_limits(asked, journal.state.began)
            self._notify(
                f"{says}: fetching {format_utc_and_local(added.start)} to {format_utc_and_local(added.end)} "
                "too "
                f"(at most from {format_utc_and_local(bounds.start)} to {format_utc_and_local(bounds.end)})"
            )
            journal.extend(added)

    def _fetch_part(self, index: int) -> None:
        """Fetch the missing pages of a part.

        A lost page token costs one query, which starts at the last timestamp.
        """
        from google.api_core.exceptions import InvalidArgument

        self._index = index
        journal = self._journal
        rewound = None
        pages = PageSequence()
        while not (part := journal.state.parts[index]).done:
            if part.token and time.time_ns() - part.token_at > TOKEN_LIFE:
                self._notify("the page token is older than a day: going on from the last entry")
                journal.rewind(index)
                continue
            text = add_window(part.filter or journal.state.clauses[part.service], part.window)
            try:
                page = self._reader.read_page(text, part.token, journal.state.page_size)
            except InvalidArgument as error:
                if rewound == part.last or not is_page_token_error(error):
                    raise to_triage_error(error, self._project) from error
                rewound = part.last
                self._notify("the page token was refused: going on from the last entry")
                journal.rewind(index)
                continue
            if pages.repeats(page):
                if rewound == part.last:
                    raise TryAgainError(
                        "Cloud Logging repeats a page token and sends nothing new",
                        "run the same command with --resume, or for a shorter window",
                    )
                rewound, pages = part.last, PageSequence()
                self._notify("a page token was repeated: going on from the last entry")
                journal.rewind(index)
                continue
            journal.add(index, page, time.time_ns())
            self._report_waiting("")
            pages.check_progress(page)

    def _report_waiting(self, why: str) -> None:
        part = self._journal.state.parts[self._index]
        progress = Progress(
            entries=self._journal.entries,
            pages=self._journal.pages,
            window=Window(part.start, part.end),
            service=part.service,
            reached=parse_timestamp(part.last) if part.last else None,
            waiting=why,
        )
        self._show_progress(progress)

    def _write_service(self, service: str, cut: str) -> FetchResult:
        """Write the file of a service and its .meta.json."""
        journal = self._journal
        parts = [(part, journal.file(index)) for index, part in enumerate(journal.state.parts)]
        mine = sorted(
            ((part, file) for part, file in parts if part.service == service), key=lambda item: item[0].start
        )
        of = _by_purpose(part for part, _ in mine)
        window = journal.window
        path, duplicates = writer.write_lines(
            [file for part, file in mine if part.entries and part.purpose == "logs"],
            [file for part, file in mine if part.entries and part.purpose != "logs"],
            output_path(self._plan, service, window),
            journal.folder,
        )
        fetched = FetchResult(
            service=service,
            path=str(path),
            project=journal.state.project,
            filter=add_window(journal.state.clauses[service], window),
            asked=self._plan.window,
            window=window,
            entries=sum(part.entries for part, _ in mine) - duplicates,
            pages=sum(part.pages for part, _ in mine),
            around_failures=sum(part.asked for part in of["around"]),
            changes_since=min((part.start for part in of["changes"]), default=None),
            traces=sum(part.asked for part in of["traces"]),
            related=sum(part.entries for part in of["traces"]),
            complete=not any(part.limited for part in of["logs"]),
            cut=cut,
        )
        writer.write_meta(fetched, journal.folder)
        return fetched


def _by_purpose(parts: Iterable[Part]) -> dict[Purpose, list[Part]]:
    found: dict[Purpose, list[Part]] = {"logs": [], "changes": [], "around": [], "traces": []}
    for part in parts:
        found[part.purpose].append(part)
    return found
