"""Options and arguments that several commands share."""

import functools
import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from triage.cli.settings import Settings
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.models import WorkloadKind
    from triage.pipeline import DocumentName

EXPORT_PATH = click.Path(allow_dash=True)
Function = Callable[..., Any]


def _set_flag(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Return a callback that stores a flag in the settings.

    It works before and after the command's name.
    """

    def remember(context: click.Context, _option: click.Parameter, given: Any) -> None:
        if given:
            setattr(context.ensure_object(Settings), name, True)

    return remember


def verbosity_options(function: Function) -> Function:
    """Add -q, -v and --debug; they may stand before or after the command's name."""
    function = click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=_set_flag("debug"),
        help="Show a traceback when something fails.",
    )(function)
    function = click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_set_flag("verbose"),
        help="Everything: evidence, coverage, noise, limits and filters.",
    )(function)
    return click.option(
        "-q",
        "--quiet",
        is_flag=True,
        expose_value=False,
        callback=_set_flag("quiet"),
        help="Print only the answer, without notes.",
    )(function)


def exports_argument(function: Function) -> Function:
    """Add EXPORT...: files, folders, globs or "-"."""
    return click.argument("exports", nargs=-1, required=True, metavar="EXPORT...", type=EXPORT_PATH)(function)


def format_option(
    document: "DocumentName", help_text: str, *further: "DocumentName"
) -> Callable[[Function], Function]:
    """Add --format with the formats of a document and of further ones; the first is the default."""
    from triage.pipeline import format_names

    names = list(dict.fromkeys(name for found in (document, *further) for name in format_names(found)))
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        is_eager=True,
        callback=_set_annotate,
        help=help_text,
    )


def _set_annotate(context: click.Context, _option: click.Parameter, name: str) -> str:
    """Store that errors become annotations; the option is eager, so those of later options do too."""
    context.ensure_object(Settings).annotate = name == "github"
    return name


def output_option(function: Function) -> Function:
    """Add -o: the file to write, None for stdout."""
    from pathlib import Path

    return click.option(
        "-o",
        "--output",
        metavar="FILE",
        type=click.Path(path_type=Path),
        callback=lambda _context, _option, path: None if path == Path("-") else path,
        help="Write to this file instead of stdout; - is stdout.",
    )(function)


def report_option(function: Function) -> Function:
    """Add --report: the file to which the report is written, too."""
    from pathlib import Path

    return click.option(
        "--report",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Also write the report to this file.",
    )(function)


def template_option(function: Function) -> Function:
    """Add --template: the template of the report, None for the default."""
    return click.option(
        "--template",
        metavar="NAME|FILE",
        help="ticket, remediation, postmortem, summary, or a Jinja2 file of your own.  [default: ticket]",
    )(function)


def pack_option(function: Function) -> Function:
    """Add --pack and pass all loaded rule packs as ``packs``."""

    @click.option(
        "--pack",
        "pack_files",
        multiple=True,
        metavar="FILE",
        type=click.Path(),
        help="Add a rule pack of your own (repeatable).",
    )
    @functools.wraps(function)
    def with_packs(*args: Any, pack_files: tuple[str, ...], **options: Any) -> Any:
        from pathlib import Path

        from triage.cli.settings import current_settings
        from triage.pipeline import load_packs

        packs = load_packs([Path(file) for file in pack_files])
        # What was loaded stays: the collector looks at it neither now, nor in workers, nor at the end.
        gc.freeze()
        current_settings().pack_files.extend(pack_files)
        return function(*args, packs=packs, **options)

    return with_packs


def config_option(function: Function) -> Function:
    """Add --config and pass the configurations of all files as ``configurations``."""

    @click.option(
        "--config",
        "config_files",
        multiple=True,
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help="A configuration that the logs lack: gcloud run services|revisions describe --format json|yaml "
        "(repeatable).",
    )
    @functools.wraps(function)
    def with_configurations(*args: Any, config_files: tuple[str, ...], **options: Any) -> Any:
        from pathlib import Path

        from triage.pipeline import load_configurations

        found = load_configurations([Path(file) for file in config_files]) if config_files else []
        return function(*args, configurations=found, **options)

    return with_configurations


def fetch_options(function: Function) -> Function:
    """Add --filter, which replaces the packs' query, and ``connection_options``."""
    return click.option(
        "--filter",
        "filter_text",
        default="",
        metavar="LQL",
        help="Ask for this, not for what the packs name.",
    )(connection_options(function))


def workload_options(function: Function) -> Function:
    """Add --service, --job, --worker-pool and --function, and pass ``kind`` and ``names``.

    One kind is given, each name of it once or several times.
    """

    @_workload_option("--service", "A service")
    @_workload_option("--job", "A job")
    @_workload_option("--worker-pool", "A worker pool")
    @_workload_option("--function", "A function of either generation")
    @functools.wraps(function)
    def with_workloads(
        *args: Any,
        service: tuple[str, ...],
        job: tuple[str, ...],
        worker_pool: tuple[str, ...],
        function_: tuple[str, ...],
        **options: Any,
    ) -> Any:
        given: dict[WorkloadKind, tuple[str, ...]] = {
            "service": service,
            "job": job,
            "worker_pool": worker_pool,
            "function": function_,
        }
        kinds = [kind for kind, names in given.items() if names]
        if len(kinds) != 1:
            listed = "--service, --job, --worker-pool or --function"
            raise UsageError(
                "several kinds of workload are given" if kinds else "no workload is given",
                f"give one of {listed}, with its name",
            )
        names = list(dict.fromkeys(given[kinds[0]]))
        return function(*args, kind=kinds[0], names=names, **options)

    return with_workloads


def _workload_option(name: str, what: str) -> Callable[[Function], Function]:
    parameter = name.removeprefix("--").replace("-", "_")
    return click.option(
        name,
        "function_" if parameter == "function" else parameter,
        multiple=True,
        metavar="NAME",
        help=f"{what} (repeatable).",
    )


def connection_options(function: Function) -> Function:
    """Add the project, read quota, endpoint and service account to fetch with."""
    options = [
        click.option(
            "--project",
            default="",
            metavar="P",
            help="The project.  [default: from the environment or gcloud]",
        ),
        click.option(
            "--reads-per-minute",
            type=click.IntRange(min=1),
            default=60,
            show_default=True,
            envvar="TRIAGE_READS_PER_MINUTE",
            show_envvar=True,
            metavar="N",
            help="The project's read quota.",
        ),
        click.option(
            "--endpoint", default="", metavar="HOST:PORT", help="A private endpoint; without TLS on loopback."
        ),
        click.option("--impersonate", default="", metavar="ACCOUNT", help="Read as this service account."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def exit_status_options(function: Function) -> Function:
    """Add the options that let the exit status depend on the verdict."""
    function = click.option(
        "--strict", is_flag=True, help="Exit with status 3 if inconclusive, without data or partial."
    )(function)
    function = click.option(
        "--fail-on",
        type=click.Choice(["not_ready", "degraded"]),
        help="Exit with status 1 if the service is not ready, or also if it is degraded.",
    )(function)
    return click.option("--exit-code", is_flag=True, help="The same as --fail-on not_ready.")(function)


def _parse_time(_context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """Return the time that an option gives, in nanoseconds since the epoch."""
    from datetime import UTC, datetime

    from triage.window import parse_time

    if text is None:
        return None
    try:
        return parse_time(text, now=datetime.now(UTC))
    except UsageError as error:
        raise UsageError(f"{option.opts[0]}: {error.message}", error.hint) from error


def _parse_size(_context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """Return the size that an option gives, in bytes."""
    import re

    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,18})\s*(?:([kMGTP])?B)?", text.strip(), re.ASCII | re.IGNORECASE)
    if found is None:
        raise UsageError(f"{option.opts[0]}: {text!r} is no size", "write it like 500MB or 20GB")
    thousands: int = 1000 ** " kmgtp".index((found[2] or " ").lower())
    return int(found[1]) * thousands


since_option = click.option(
    "--since",
    metavar="TIME",
    callback=_parse_time,
    help="Only since this time: 90m, 2025-09-13 17:43 PDT, RFC 3339.",
)
until_option = click.option("--until", metavar="TIME", callback=_parse_time, help="Only until this time.")
filter_option = click.option(
    "--filter", "filter_text", metavar="LQL", help="Only entries that this Logging filter matches."
)
max_bytes_option = click.option(
    "--max-bytes",
    metavar="SIZE",
    callback=_parse_size,
    help="Read at most this much from BigQuery: 500MB, 20GB.",
)


def reading_options(function: Function) -> Function:
    """Add ``selection_options`` and --engine."""
    return selection_options(engine_option(function))


def engine_option(function: Function) -> Function:
    """Add --engine: the engine that reads the exports, if not this process."""

    @click.option(
        "--engine",
        type=click.Choice(["spark"]),
        help="What reads the logs, if not this process: Spark, by its own configuration "
        "(needs the extra 'spark').",
    )
    @functools.wraps(function)
    def read_by(*args: Any, exports: tuple[str, ...], engine: str | None, **options: Any) -> Any:
        from triage.pipeline import OnSpark

        if engine and not exports:
            raise UsageError("--engine needs an EXPORT", "give one, or remove it")
        return function(*args, exports=OnSpark(exports) if engine else exports, **options)

    return read_by


def selection_options(function: Function) -> Function:
    """Add the options that select entries, and pass them as ``selection``."""

    @click.option("--service", multiple=True, metavar="NAME", help="Only this service (repeatable).")
    @click.option("--job", multiple=True, metavar="NAME", help="Only this job (repeatable).")
    @click.option("--worker-pool", multiple=True, metavar="NAME", help="Only this worker pool (repeatable).")
    @click.option(
        "--function", "function_", multiple=True, metavar="NAME", help="Only this function (repeatable)."
    )
    @click.option("--revision", multiple=True, metavar="NAME", help="Only this revision (repeatable).")
    @click.option("--instance", multiple=True, metavar="ID", help="Only this instance (repeatable).")
    @since_option
    @until_option
    @filter_option
    @max_bytes_option
    @functools.wraps(function)
    def narrowed(
        *args: Any,
        service: tuple[str, ...],
        job: tuple[str, ...],
        worker_pool: tuple[str, ...],
        function_: tuple[str, ...],
        revision: tuple[str, ...],
        instance: tuple[str, ...],
        since: int | None,
        until: int | None,
        filter_text: str | None,
        max_bytes: int | None,
        **options: Any,
    ) -> Any:
        from triage.models import service_of_function
        from triage.pipeline import Selection

        functions = [name for given in function_ for name in (given, service_of_function(given))]
        selection = Selection(
            service=tuple(dict.fromkeys([*service, *job, *worker_pool, *functions])),
            revision=revision,
            instance=instance,
            since=since,
            until=until,
            filter=filter_text,
            max_bytes=max_bytes,
        )
        return function(*args, selection=selection, **options)

    return narrowed
