"""Lint the filters of files, with the position in the file."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from triage.errors import BadDataError, IOFailureError, UsageError
from triage.lql.errors import FilterError, line_and_column
from triage.lql.files.config_connector import GROUP, find_in_yaml
from triage.lql.files.found_filter import FoundFilter
from triage.lql.files.shell_script import find_in_script
from triage.lql.files.terraform import find_in_terraform
from triage.lql.linter import lint
from triage.models import FileFinding, Finding, LintedFiles

#: How the filters of a file are found, by the end of its name, and texts of which such a file holds one.
_KINDS: dict[str, tuple[Callable[[str], Iterator[FoundFilter]], tuple[str, ...]]] = {
    ".tf": (find_in_terraform, ("google_logging_", "condition_matched_log")),
    **dict.fromkeys((".yaml", ".yml"), (find_in_yaml, (GROUP,))),
    **dict.fromkeys((".sh", ".bash"), (find_in_script, ("gcloud",))),
}
#: No file with filters is larger.
_MAX_BYTES = 8 << 20
#: Findings about the whole of a filter say nothing where the file does not know all of it.
_ABOUT_THE_WHOLE = ("no-time-bound", "severity-floor", "text-payload-only")


def lint_files(paths: Sequence[Path]) -> LintedFiles:
    """Return the findings about all filters in some files and folders.

    Of a folder the files are read whose names end in .tf, .yaml, .yml, .sh or .bash; hidden files and folders
    are not.

    Raises:
        IOFailureError: a path does not exist.
        UsageError: a named file is none of these, or the package that reads Terraform is not installed.

    """
    findings: list[FileFinding] = []
    faults: list[str] = []
    filters = unknown = files = 0
    for path in dict.fromkeys(file for given in paths for file in _files(given)):
        try:
            source = _read(path)
            found = list(_find(source, path.suffix))
        except BadDataError as error:
            faults.append(f"{path}:{error}")
            continue
        except RecursionError:
            faults.append(
                f"{path}:1: it is nested too deeply, or refers to itself; lint its filters one by one"
            )
            continue
        files += bool(found)
        for one in found:
            filters += 1
            linted = _lint(one, source, path)
            unknown += linted is None
            findings += linted or []
    return LintedFiles(findings=findings, faults=faults, filters=filters, unknown=unknown, files=files)


def _files(path: Path) -> Iterator[Path]:
    """Yield the files of a path in order."""
    if not path.is_dir():
        if not path.exists():
            raise IOFailureError(f"{path}: there is no such file or folder", "check the path")
        if path.suffix not in _KINDS:
            *some, last = _KINDS
            known = f"{', '.join(some)} or {last}"
            raise UsageError(f"{path}: no filter is found in such a file", f"give one that ends in {known}")
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (
            Path(folder, name)
            for name in sorted(names)
            if not name.startswith(".") and Path(name).suffix in _KINDS and Path(folder, name).is_file()
        )


def _find(source: str, suffix: str) -> Iterator[FoundFilter]:
    finder, needed = _KINDS[suffix]
    if any(text in source for text in needed):
        yield from finder(source)


def _read(path: Path) -> str:
    """Return the text of a file.

    Raises:
        BadDataError: it is too large, or not UTF-8.
        IOFailureError: it cannot be read.

    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise BadDataError(f"1: it is larger than {_MAX_BYTES >> 20} MiB", "lint its filters one by one")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadDataError("1: it is not UTF-8", "save it as UTF-8") from error
    except OSError as error:
        raise IOFailureError(f"{path}: {error.strerror}", "check its permissions") from error


def _lint(found: FoundFilter, source: str, path: Path) -> list[FileFinding] | None:
    """Return the findings about a filter, None if the file does not know the filter."""
    if found.letters is None:
        return None
    try:
        findings = lint(found.text, found.purpose)
    except FilterError as error:
        if not found.complete:
            return None
        findings = [_syntax_finding(error, found.text)]
    return [
        FileFinding(path=str(path), where=found.where, finding=_in_file(finding, found, source))
        for finding in findings
        if found.knows(finding.start, finding.end)
        and (found.complete or finding.code not in _ABOUT_THE_WHOLE)
    ]


def _syntax_finding(error: FilterError, text: str) -> Finding:
    lines = text.splitlines(keepends=True)
    start = sum(map(len, lines[: error.line - 1])) + error.column - 1
    return Finding(
        "syntax", "error", f"{error.message}; {error.hint}", error.line, error.column, start, start
    )


def _in_file(finding: Finding, found: FoundFilter, source: str) -> Finding:
    """Return a finding with its position in the file."""
    letters = found.letters or ()
    if finding.start < len(letters):
        at = letters[finding.start].offset
    else:
        at = letters[-1].offset + 1 if letters else found.offset
    line, column = line_and_column(source, at)
    return msgspec.structs.replace(finding, line=line, column=column)
