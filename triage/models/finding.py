"""What is probably not meant in a filter, and its mend."""

from typing import Literal

import msgspec

FindingLevel = Literal["error", "warning", "note"]


class Finding(msgspec.Struct, frozen=True):
    """One place of a Logging filter that is written wrongly but plausibly.

    ``level``: "error" never does what it seems to say, "warning" often does not, "note" is worth knowing.
    ``line`` and ``column`` count from 1. ``mend`` is the text that should stand in place of the characters from
    ``start`` up to ``end``; None where only the writer can know it.
    """

    code: str
    level: FindingLevel
    message: str
    line: int
    column: int
    start: int
    end: int
    mend: str | None = None
