"""The tools: what each one takes and gives, and the functions of the pipeline that it calls."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from triage import pipeline
from triage.errors import UsageError
from triage.mcp.arguments import (
    Arguments,
    CompareArguments,
    DiagnoseArguments,
    ExplainArguments,
    FetchArguments,
    QueryArguments,
    SelectionArguments,
    TimelineArguments,
)
from triage.models import FetchPlan, Pack
from triage.models.brief import Brief
from triage.models.cause_brief import CauseBrief
from triage.models.comparison_brief import ComparisonBrief
from triage.models.diagnosis_brief import DiagnosisBrief, FetchBrief
from triage.models.query_brief import QueryBrief
from triage.models.timeline_brief import TimelineBrief
from triage.pipeline import Selection
from triage.window import choose_window, parse_time


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how logs are fetched.

    Attributes:
        folder: private folder for the files.
        project: the only project to fetch from; "" leaves the choice to the call.
        reads_per_minute: read quota.
        endpoint: endpoint of the API, "" for the public one.
        impersonate: service account to impersonate, "" for none.

    """

    folder: Path
    project: str = ""
    reads_per_minute: int = 60
    endpoint: str = ""
    impersonate: str = ""


class Tool(NamedTuple):
    """One tool.

    Attributes:
        name: its name.
        description: what it does, for the agent that chooses it.
        arguments: what it takes.
        brief: what it gives.
        call: the function that returns the brief as plain data.
        is_remote: whether it calls Cloud Logging.

    """

    name: str
    description: str
    arguments: type[Arguments]
    brief: type[Brief]
    call: Callable[[Any], dict[str, Any]]
    is_remote: bool = False


class Toolbox:
    """The tools of one server."""

    def __init__(
        self, packs: list[Pack], roots: tuple[Path, ...], connection: Connection | None = None
    ) -> None:
        """Read files below ``roots`` only, which have no links; fetch logs if there is a ``connection``."""
        self._packs = packs
        self._roots = roots if connection is None else (*roots, connection.folder)
        self._connection = connection
        self._last: tuple[object, pipeline.Analysis] | None = None

    @property
    def tools(self) -> dict[str, Tool]:
        """Return the tools by name; ``fetch`` only where it is allowed."""
        tools = [
            Tool(
                "diagnose",
                "Say what broke in exported Cloud Run logs: verdict, cause, the decisive log line, reasons "
                "with the ids of their lines, and what to do. More: evidence=[ids], part=NAME, incident=ID.",
                DiagnoseArguments,
                DiagnosisBrief,
                self.diagnose,
            ),
            Tool(
                "timeline",
                "List boots, readiness validations and gate runs in order of time, similar ones once. "
                "run=ID lists the steps of one.",
                TimelineArguments,
                TimelineBrief,
                self.timeline,
            ),
            Tool(
                "explain",
                "Explain a cause that diagnose names: what it means, how to fix it, what does not fix it. "
                "search=WORDS finds causes.",
                ExplainArguments,
                CauseBrief,
                self.explain,
            ),
            Tool(
                "compare",
                "Say whether a service is better or worse between two exports (before, after) or two "
                "revisions of one (export, revision, with), and what differs.",
                CompareArguments,
                ComparisonBrief,
                self.compare,
            ),
            Tool(
                "query",
                "List the entries that a Cloud Logging filter matches in exports, in order of time; without "
                "exports check the filter and say it in words.",
                QueryArguments,
                QueryBrief,
                self.query,
            ),
        ]
        if self._connection is not None:
            tools.append(
                Tool(
                    "fetch",
                    "Fetch the logs that a diagnosis needs from Cloud Logging and diagnose them. The paths "
                    "in files are exports for the other tools, as long as this server runs.",
                    FetchArguments,
                    FetchBrief,
                    self.fetch,
                    is_remote=True,
                )
            )
        return {tool.name: tool for tool in tools}

    def diagnose(self, given: DiagnoseArguments) -> dict[str, Any]:
        """Return the diagnosis of exports, or the part of it that is asked for."""
        return pipeline.brief_diagnosis(
            self._analyze(given.exports, self._select(given, given.revision, given.filter)),
            self._packs,
            incident=given.incident,
            evidence=given.evidence,
            part=given.part,
            cursor=given.cursor,
        )

    def timeline(self, given: TimelineArguments) -> dict[str, Any]:
        """Return the runs in exports, or the steps of one."""
        analysis = self._analyze(given.exports, self._select(given, given.revision))
        return pipeline.brief_timeline(analysis.timeline, run=given.run, cursor=given.cursor)

    def explain(self, given: ExplainArguments) -> dict[str, Any]:
        """Return what a cause means, or the causes that a search finds."""
        if given.cause and given.search:
            raise UsageError("cause and search exclude each other", "give one of them")
        if given.cause:
            return pipeline.brief_cause(given.cause, self._packs, part=given.part, cursor=given.cursor)
        return pipeline.brief_causes(self._packs, given.search, cursor=given.cursor)

    def compare(self, given: CompareArguments) -> dict[str, Any]:
        """Return what changed between two exports, or two revisions of one."""
        names = {name for name in ("before", "after", "export", "revision", "other") if getattr(given, name)}
        selection = self._select(given, filter_text=given.filter)
        if names == {"before", "after"}:
            sides = self._resolve_one(given.before), self._resolve_one(given.after)
            compared = pipeline.compare_exports(sides, packs=self._packs, selection=selection)
        elif names == {"export", "revision", "other"}:
            compared = pipeline.compare_revisions(
                self._resolve([given.export]),
                given.revision,
                given.other,
                packs=self._packs,
                selection=selection,
            )
        else:
            raise UsageError(
                "two sides are compared", "give before and after, or export with revision and with"
            )
        return pipeline.brief_comparison(
            compared.comparison, names=(given.before, given.after), part=given.part, cursor=given.cursor
        )

    def query(self, given: QueryArguments) -> dict[str, Any]:
        """Return the entries that a filter matches; without exports the filter in words."""
        if not given.exports:
            return pipeline.brief_filter(given.filter)
        return pipeline.brief_matches(
            self._resolve(given.exports),
            self._select(given, given.revision, given.filter),
            whole=given.whole,
            cursor=given.cursor,
        )

    def fetch(self, given: FetchArguments) -> dict[str, Any]:
        """Fetch logs into the private folder, and return their diagnosis."""
        connection = self._connection
        if connection is None:
            raise UsageError("fetching is not allowed", "start the server with --allow-fetch")
        if connection.project and given.project not in ("", connection.project):
            raise UsageError(
                f"project: this server fetches from {connection.project} only", "leave the project out"
            )
        if given.everything and given.filter:
            raise UsageError("everything and filter exclude each other", "give one of them")
        plan = FetchPlan(
            services=given.names,
            kind=given.kind,
            window=choose_window(
                now=datetime.now(UTC).replace(microsecond=0),
                since=given.since or None,
                start=given.start or None,
                end=given.end or None,
                around=given.around or None,
                margin=given.margin,
            ),
            project=connection.project or given.project,
            filter=given.filter,
            everything=given.everything,
            earlier_changes=True,
            with_callers=given.with_callers,
            limit=given.limit,
            folder=str(connection.folder),
            keep=False,
            reads_per_minute=connection.reads_per_minute,
            endpoint=connection.endpoint,
            impersonate=connection.impersonate,
        )
        fetched, analysis = pipeline.fetch(plan, self._packs, notify=_ignore, show_progress=_ignore)
        return pipeline.brief_fetch(fetched, analysis, self._packs)

    def _analyze(self, exports: list[str], selection: Selection) -> pipeline.Analysis:
        """Return the analysis of exports: the last one if it is asked for again and no file has changed."""
        paths = self._resolve(exports)
        key = (selection, [(path, *_version(Path(path))) for path in paths])
        is_fixed = all(Path(path).is_file() for path in paths)
        if self._last is not None and is_fixed and self._last[0] == key:
            return self._last[1]
        analysis = pipeline.analyze(paths, packs=self._packs, selection=selection)
        self._last = (key, analysis)
        return analysis

    def _resolve(self, names: list[str]) -> tuple[str, ...]:
        return pipeline.resolve_exports(names, self._roots)

    def _resolve_one(self, name: str) -> str:
        paths = self._resolve([name])
        if len(paths) > 1:
            raise UsageError(f"{name}: {len(paths)} files for one side", "name a file or a folder")
        return paths[0]

    def _select(self, given: SelectionArguments, revision: str = "", filter_text: str = "") -> Selection:
        now = datetime.now(UTC)
        return Selection(
            service=(given.service,) if given.service else (),
            revision=(revision,) if revision else (),
            since=parse_time(given.since, now=now) if given.since else None,
            until=parse_time(given.until, now=now) if given.until else None,
            filter=filter_text or None,
            roots=self._roots,
        )


def _version(path: Path) -> tuple[int, ...]:
    """Return what differs once a file was written again or replaced."""
    status = path.stat()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _ignore(_: object) -> None:
    """Do nothing."""
