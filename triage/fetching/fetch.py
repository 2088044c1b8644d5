"""A fetch from its plan to its files: asked page by page, kept page by page, widened where something is cut."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from triage.errors import IOFailureError, NoPermissionError, TryAgainError, UsageError
from triage.fetching import widen, write
from triage.fetching.client import Connection, connect
from triage.fetching.faults import explain, is_token, without_resume
from triage.fetching.journal import TOKEN_LIFE, Checkpoint, Journal, parts_of
from triage.fetching.pages import PAGE_SIZE, Pace, Patience, Reader
from triage.fetching.places import find_journal, journal_folder, output
from triage.fetching.query import clause, in_window
from triage.models import Fetched, FetchPlan, Need, Pack, Progress
from triage.window import Window, both_clocks, parse_timestamp

#: Says what a window cuts: the files so far, their window, and the one that was asked for.
Judge = Callable[[Sequence[Path], Window, Window], Sequence[Need]]
Tell = Callable[[str], None]
Show = Callable[[Progress], None]

_PATIENCE = Patience()


def fetch(
    plan: FetchPlan,
    packs: Sequence[Pack],
    *,
    judge: Judge,
    tell: Tell,
    show: Show,
    patience: Patience = _PATIENCE,
    environ: Mapping[str, str] = os.environ,
) -> list[Fetched]:
    """Fetch what a plan asks for and return its files, one per service, with a .meta.json beside each.

    ``judge`` is asked after each round whether the window cuts something, ``tell`` is told what happens in sentences,
    ``show`` how far it is. What was fetched is kept in a journal until all is written; ``plan.resume`` goes on there,
    or begins where there is nothing to go on with.

    Raises:
        UsageError: the query cannot be asked, an output is in the way, or --resume means another fetch.
        TryAgainError: quota or network; the journal is kept.
        NoPermissionError: credentials, role or project; the journal is kept.
        IOFailureError: a file cannot be written; the journal is kept as far as the disk took it.
        KeyboardInterrupt: the user stopped it; the journal is kept, and ``tell`` said so.

    """
    clauses = {
        service: clause(service, packs, text=plan.filter, everything=plan.everything)
        for service in plan.services
    }
    _refuse_output(plan)
    connection = connect(plan, environ)
    try:
        tell(f"project {connection.project}, named by {connection.source}")
        try:
            journal = _journal(plan, clauses, connection.project, tell)
        except OSError as error:
            raise _unwritable(error, plan.folder, keep=plan.keep) from error
        asked = journal.state.asked
        tell(f"window {both_clocks(asked.start)} to {both_clocks(asked.end)}")
        plan = msgspec.structs.replace(plan, window=asked)
        return _Fetch(
            plan=plan,
            journal=journal,
            connection=connection,
            judge=judge,
            tell=tell,
            show=show,
            patience=patience,
        ).run()
    finally:
        connection.close()


def _refuse_output(plan: FetchPlan) -> None:
    if plan.file and len(plan.services) > 1:
        raise UsageError(f"-o {plan.file}: one file cannot hold several services", "give an existing folder")
    if plan.file and not plan.resume and Path(plan.file).exists():
        raise UsageError(f"-o {plan.file}: it exists, and nothing is written over", "give a new name")


def _journal(plan: FetchPlan, clauses: dict[str, str], project: str, tell: Tell) -> Journal:
    """Return the journal to go on with, or a new one."""
    if plan.resume and (folder := find_journal(plan, clauses)):
        journal = Journal.reopen(folder)
        tell(f"going on with {folder}: {journal.entries:,} entries are there, window {journal.state.asked}")
        return journal
    if plan.resume:
        tell("nothing to resume: beginning")
    state = Checkpoint(
        project=project,
        clauses=clauses,
        asked=plan.window,
        began=time.time_ns(),
        page_size=min(PAGE_SIZE, plan.limit or PAGE_SIZE),
        limit=plan.limit,
        parts=parts_of(clauses, plan.window),
    )
    return Journal.begin(journal_folder(plan), state)


def _unwritable(error: OSError, folder: str, kept: str = "", *, keep: bool) -> IOFailureError:
    hint = "make room or give the right to write, then the same command with --resume"
    return IOFailureError(
        f"{error.filename or folder}: {error.strerror}{kept}", hint if keep else without_resume(hint)
    )


class _Fetch:
    """One fetch under way."""

    def __init__(
        self,
        *,
        plan: FetchPlan,
        journal: Journal,
        connection: Connection,
        judge: Judge,
        tell: Tell,
        show: Show,
        patience: Patience,
    ) -> None:
        self._plan = plan
        self._journal = journal
        self._judge = judge
        self._tell = tell
        self._show = show
        self._project = connection.project
        self._reader = Reader(connection, Pace(plan.reads_per_minute), patience, self._waiting)
        self._index = 0

    def run(self) -> list[Fetched]:
        """Fetch, write and let the journal go; where that fails, it stays if anything is in it and is to be kept."""
        journal, keep = self._journal, self._plan.keep
        try:
            cut = self._collect()
            written = [self._written(service, cut) for service in journal.state.clauses]
            journal.discard()
        except KeyboardInterrupt:
            if keep:
                self._tell(f"stopped{self._kept()}; the same command with --resume goes on")
            raise
        except (TryAgainError, NoPermissionError) as error:
            hint = error.hint if keep else without_resume(error.hint)
            raise type(error)(f"{error.message}{self._kept()}", hint) from error
        except OSError as error:
            raise _unwritable(error, str(journal.folder), self._kept(), keep=keep) from error
        finally:
            if journal.pages and keep:
                journal.close()
            else:
                journal.discard()
        return written

    def _kept(self) -> str:
        if not self._journal.pages or not self._plan.keep:
            return ""
        return f"; {self._journal.entries:,} entries are kept in {self._journal.folder}"

    def _collect(self) -> str:
        """Fetch the parts, widen the window while that is needed and allowed, and return what stays cut, or ""."""
        journal, asked = self._journal, self._plan.window
        while True:
            for index in range(len(journal.state.parts)):
                self._read(index)
            if any(part.limited for part in journal.state.parts):
                return f"--limit {journal.state.limit} was reached: there are more entries"
            needs = self._judge(journal.files(), journal.window, asked)
            if not needs:
                return ""
            says = "; ".join(dict.fromkeys(need.says for need in needs))
            if not self._plan.may_widen:
                return f"{says}: --widen fetches more"
            steps = [widen.step(journal.window, asked, need.side, journal.state.began) for need in needs]
            stretch = next((step for step in steps if step), None)
            if stretch is None and all(need.side == "end" for need in needs):
                return f"{says}: fetch again when it has gone on"
            if stretch is None:
                return f"{says}: the window grew as far as it may, a longer one fetches more"
            bounds = widen.bounds(asked, journal.state.began)
            self._tell(
                f"{says}: fetching {both_clocks(stretch.start)} to {both_clocks(stretch.end)} too "
                f"(at most from {both_clocks(bounds.start)} to {both_clocks(bounds.end)})"
            )
            journal.extend(stretch)

    def _read(self, index: int) -> None:
        """Fetch what is missing of a part. A token that is lost costs one query from the last instant on."""
        from google.api_core.exceptions import InvalidArgument

        self._index = index
        journal = self._journal
        rewound = None
        while not (part := journal.state.parts[index]).done:
            if part.token and time.time_ns() - part.token_at > TOKEN_LIFE:
                self._tell("the page token is older than a day: going on from the last entry")
                journal.rewind(index)
                continue
            text = in_window(journal.state.clauses[part.service], part.window)
            try:
                page = self._reader.page(text, part.token, journal.state.page_size)
            except InvalidArgument as error:
                if rewound == part.last or not is_token(error):
                    raise explain(error, self._project) from error
                rewound = part.last
                self._tell("the page token was refused: going on from the last entry")
                journal.rewind(index)
                continue
            journal.add(index, page, time.time_ns())
            self._waiting("")

    def _waiting(self, why: str) -> None:
        part = self._journal.state.parts[self._index]
        progress = Progress(
            entries=self._journal.entries,
            pages=self._journal.pages,
            window=Window(part.start, part.end),
            service=part.service,
            reached=parse_timestamp(part.last) if part.last else None,
            waiting=why,
        )
        self._show(progress)

    def _written(self, service: str, cut: str) -> Fetched:
        """Write the file of a service and what tells of it."""
        journal = self._journal
        parts = [(part, journal.file(index)) for index, part in enumerate(journal.state.parts)]
        mine = sorted(
            ((part, file) for part, file in parts if part.service == service), key=lambda of: of[0].start
        )
        window = journal.window
        path = write.write_lines(
            [file for part, file in mine if part.entries],
            output(self._plan, service, window),
            journal.folder,
        )
        fetched = Fetched(
            service=service,
            path=str(path),
            project=journal.state.project,
            filter=in_window(journal.state.clauses[service], window),
            asked=self._plan.window,
            window=window,
            entries=sum(part.entries for part, _ in mine),
            pages=sum(part.pages for part, _ in mine),
            complete=not any(part.limited for part, _ in mine),
            cut=cut,
        )
        write.write_meta(fetched, journal.folder)
        return fetched
