"""``triage query``: match, lint and explain Logging filters offline."""

import itertools
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from click.core import ParameterSource

from triage.cli.options import (
    EXPORT_PATH,
    exports_argument,
    pack_option,
    selection_options,
    verbosity_options,
)
from triage.cli.settings import current_settings, print_gaps, print_note
from triage.errors import BadDataError, ExitStatus, UsageError

if TYPE_CHECKING:
    from triage.models import Coverage, Entry, FilterPurpose, Finding, Pack
    from triage.pipeline import Selection

#: Words with a minus in front that can only be an option, or only a filter: "-(a OR b)", "-- comment".
_OPTION = re.compile(r"-[A-Za-z]|--[a-z][a-z-]*(?:=.*)?", re.DOTALL)
_NEGATED = re.compile(r"-(?!-\w)(?=.*[^\w-])|--.*\s", re.DOTALL)
_PART_OF_FILTER = re.compile(r"^(?:AND|OR|NOT)$|[\w\"](?:[<>=!]=|[<>]|=~|!~|=)")


class FilterCommand(click.Command):
    """A command whose first argument is a filter, which may begin with a minus."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put options first and arguments behind ``--``, if one of them is a filter with a minus."""
        return super().parse_args(ctx, args if "--" in args else self._sort_words(ctx, args))

    def _sort_words(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = {name: option for option in self.get_params(ctx) for name in option.opts}
        options: list[str] = []
        words: list[str] = []
        rest = iter(args)
        for word in rest:
            option = known.get(word.partition("=")[0])
            if isinstance(option, click.Option):
                valued = not (option.is_flag or option.count or "=" in word)
                options += (word, *itertools.islice(rest, int(valued)))
            elif word[1:] and all(f"-{letter}" in known for letter in word[1:]):
                options.append(word)
            elif _OPTION.fullmatch(word):
                # It is for click to refuse.
                return args
            else:
                words.append(word)
        return [*options, "--", *words] if _hold_negated_filter(words) else args


def _hold_negated_filter(words: list[str]) -> bool:
    """Return whether a filter among the arguments begins with a minus.

    A word such as -unicorn is one if all others are files.
    """
    minus = [word for word in words if word[:1] == "-" and word != "-"]
    others = [word for word in words if word not in minus]
    return any(map(_NEGATED.match, minus)) or (bool(minus) and all(map(_is_file, others)))


def _is_file(word: str) -> bool:
    return word == "-" or Path(word).exists()


def _check_quotes(exports: tuple[str, ...]) -> None:
    """Check that no export is a word of the filter: the shell splits one without quotes.

    Raises:
        UsageError: an export is an operator or a comparison, and no file.

    """
    word = next((word for word in exports if _PART_OF_FILTER.search(word) and not Path(word).exists()), None)
    if word is not None:
        raise UsageError(
            f"{word!r} is part of a filter, not a file",
            "put the whole filter in single quotes: triage query match 'FILTER' EXPORT",
        )


@click.group("query")
@verbosity_options
def query_group() -> None:
    """Match, lint and explain filters of the Logging query language, offline.

    FILTER is one argument, as Cloud Logging takes it: put it in single quotes in a shell, strings inside in
    double quotes.
    """


@query_group.command("match", cls=FilterCommand)
@click.argument("filter_text", metavar="FILTER")
@exports_argument
@verbosity_options
def match_command(filter_text: str, exports: tuple[str, ...]) -> None:
    """Print the entries that match, raw and in order of time, one JSON object per line.

    What is probably not meant in the filter, and what could not be read, is said on stderr.
    """
    from triage.pipeline import Selection, lint_filter, read_entries

    _check_quotes(exports)
    for finding in lint_filter(filter_text):
        if finding.level == "error" or finding.code == "field-alone":
            print_note(_format_finding(finding))
    entries = read_entries(exports, Selection(filter=filter_text))
    with click.open_file("-", "wb") as stream:
        for entry in entries:
            stream.write(_single_line(entry.raw))
    _print_counts(entries.coverage(0))


def _single_line(raw: bytes) -> bytes:
    """Return a raw entry as one line; an entry of several lines is compacted."""
    return (msgspec.json.format(raw, indent=-1) if b"\n" in raw or b"\r" in raw else raw) + b"\n"


def _print_counts(covered: "Coverage") -> None:
    print_note(f"{covered.entries} of {covered.records} entries match")
    print_gaps(covered.gaps)


@query_group.command("lint", cls=FilterCommand)
@click.argument("words", metavar="FILTER", nargs=-1, required=True)
@click.option("--fix", is_flag=True, help="Print the filter with its errors fixed; findings go to stderr.")
@click.option(
    "--terraform",
    is_flag=True,
    help="Lint the filters in files and folders, named in place of FILTER: Terraform, Config Connector and "
    "scripts that call gcloud.",
)
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["read", "explorer", "sink", "metric", "alert", "exclusion", "view"]),
    default="read",
    show_default=True,
    help="What Cloud Logging uses the filter for; only read needs a time bound.",
)
@verbosity_options
def lint_command(words: tuple[str, ...], *, fix: bool, terraform: bool, purpose: "FilterPurpose") -> None:
    """Report probable mistakes in a filter, with line, column and fix.

    The exit status is 2 if a finding is an error or the filter is invalid, 65 if a file cannot be read,
    otherwise 0.
    """
    from triage.pipeline import fix_filter, lint_filter

    if terraform:
        if fix or click.get_current_context().get_parameter_source("purpose") is not ParameterSource.DEFAULT:
            raise UsageError(
                "--terraform takes neither --fix nor --for", "a resource says what its filter is for"
            )
        _lint_files([Path(word) for word in words])
        return
    if len(words) > 1:
        raise UsageError(f"{words[1]!r}: the filter is one argument", "put the whole filter in single quotes")
    filter_text = words[0]
    findings = lint_filter(filter_text, purpose)
    for finding in findings:
        click.echo(_format_finding(finding), err=fix)
    if fix:
        filter_text = fix_filter(filter_text)
        click.echo(filter_text)
        findings = lint_filter(filter_text, purpose)
    elif not findings:
        click.echo("ok: nothing found")
    if any(finding.level == "error" for finding in findings):
        current_settings().status = ExitStatus.USAGE


def _lint_files(paths: "list[Path]") -> None:
    """Print the findings about the filters in files, and how many filters there were."""
    from triage.pipeline import lint_files
    from triage.text import clean, pluralize

    linted = lint_files(paths)
    for found in linted.findings:
        click.echo(f"{clean(found.path)}:{_format_finding(found.finding)}\n    in: {clean(found.where)}")
    for fault in linted.faults:
        click.echo(clean(fault), err=True)
    levels = Counter(found.finding.level for found in linted.findings)
    counted = ", ".join(pluralize(levels[level], level) for level in ("error", "warning", "note"))
    note = f"{pluralize(linted.filters, 'filter')} in {pluralize(linted.files, 'file')}: {counted}"
    if linted.unknown:
        note += f"; {linted.unknown:,} not linted, as their text is known only when the file is used"
    print_note(note)
    if levels["error"]:
        current_settings().status = ExitStatus.USAGE
    elif linted.faults:
        current_settings().status = ExitStatus.BAD_DATA


def _format_finding(finding: "Finding") -> str:
    from triage.text import clean

    fix = "" if finding.fix is None else f"\n    write: {finding.fix}"
    position = f"{finding.line}:{finding.column}"
    return clean(f"{position}: {finding.level} ({finding.code}): {finding.message}{fix}")


@query_group.command("explain", cls=FilterCommand)
@click.argument("filter_text", metavar="FILTER")
@click.argument("entry_file", metavar="[ENTRY]", required=False, type=EXPORT_PATH)
@verbosity_options
def explain_command(filter_text: str, entry_file: str | None) -> None:
    """Say a filter in words; for one ENTRY (a file, or - for standard input), which part of it held.

    Beside each part stands in brackets what the entry has there, with secrets masked.
    """
    from triage.pipeline import explain_filter

    entry = None if entry_file is None else _read_single_entry(entry_file)
    click.echo(str(explain_filter(filter_text, entry)))


def _read_single_entry(path: str) -> "Entry":
    from itertools import islice

    from triage.pipeline import read_entries

    entries = list(islice(read_entries([path]), 2))
    if not entries:
        raise BadDataError(f"{path}: no LogEntry in it", "give a file with one LogEntry as JSON")
    if len(entries) > 1:
        raise UsageError(
            f"{path}: more than one LogEntry", "give one, or count what matches: triage query match"
        )
    return entries[0]


@query_group.command("sql")
@click.argument("table", metavar="[TABLE]", default="")
@click.option(
    "--engine",
    type=click.Choice(["bigquery"]),
    default="bigquery",
    show_default=True,
    help="Whose SQL it is.",
)
@selection_options
@pack_option
@verbosity_options
def sql_command(table: str, engine: str, packs: "list[Pack]", selection: "Selection") -> None:  # noqa: ARG001 (one as yet)
    """Print the statement that TABLE (PROJECT.DATASET.TABLE) would be asked, ready for the BigQuery console.

    Values stand beside the statement, bound to its parameters. What it cannot ask of --filter is matched on
    what comes back.
    """
    from triage.pipeline import sql as statement

    click.echo(statement(table, selection, packs), nl=False)
