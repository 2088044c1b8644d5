"""A probable mistake in a Logging filter, and its fix."""

from typing import Literal

import msgspec

FindingLevel = Literal["error", "warning", "note"]
#: What Cloud Logging uses a filter for.
FilterPurpose = Literal["read", "sink", "metric", "alert", "exclusion", "view"]


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
