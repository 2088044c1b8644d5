"""A probable mistake in a Logging filter, and its fix."""

from typing import Literal

import msgspec

FindingLevel = Literal["error", "warning", "note"]
#: What Cloud Logging uses a filter for; "explorer" is a query whose time range is set beside it.
FilterPurpose = Literal["read", "explorer", "sink", "metric", "alert", "exclusion", "view"]


class Finding(msgspec.Struct, frozen=True):
    """A place in a Logging filter that is probably not what its author meant.

    Attributes:
        code: stable id of the finding.
        level: "error" never does what it seems to say, "warning" often does not, "note" is worth knowing.
        message: explanation.
        line: line, from 1.
        column: column, from 1.
        start: index of the first character.
        end: index after the last character.
        fix: replacement for the characters, null where only the author can know it.

    """

    code: str
    level: FindingLevel
    message: str
    line: int
    column: int
    start: int
    end: int
    fix: str | None = None


class FileFinding(msgspec.Struct, frozen=True):
    """A finding about a filter in a file.

    Attributes:
        path: the file.
        where: the resource or the command that the filter belongs to.
        finding: the finding; its line and column are those of the file.

    """

    path: str
    where: str
    finding: Finding


class LintedFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What linting files found.

    Attributes:
        findings: findings about their filters.
        faults: files that could not be read: path, line, reason.
        filters: number of filters.
        unknown: number of filters whose text is known only when the file is used.
        files: number of files with filters.

    """

    findings: list[FileFinding]
    faults: list[str]
    filters: int
    unknown: int
    files: int
