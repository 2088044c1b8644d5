"""Export entries with their secrets masked, so that they can be shared."""

import gzip
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from triage.errors import BadDataError
from triage.models import Gap, Record
from triage.text import clean_json

#: A byte that is not UTF-8, as ``surrogateescape`` decodes it.
_INVALID_BYTE = re.compile("[\udc80-\udcff]")


class RedactedExport(msgspec.Struct, frozen=True):
    """The result of a redacted export.

    records: the number of records written.
    lost: the number of records that could not be written.
    masked: the number of masked secrets by kind.
    gaps: what could not be read.
    """

    records: int
    lost: int
    masked: Counter[str]
    gaps: list[Gap]


def redact_export(sources: Sequence[str | Path], stream: BinaryIO | gzip.GzipFile) -> RedactedExport:
    """Write the records of exports as JSON lines with masked secrets.

    Equal secrets get equal masks. Ordinary keys, numbers and the structure stay, so the diagnosis does not
    change. A record that is not JSON is a Gap.

    Raises:
        BadDataError: an export has no known format, or none of its records could be written.
        IOFailureError: an export cannot be read.

    """
    from triage.reading import read
    from triage.redact import Redactor, redact_text

    redactor, gaps, records = Redactor(), list[Gap](), 0
    for item in read(sources):
        if isinstance(item, Gap):
            gaps.append(msgspec.structs.replace(item, detail=redact_text(item.detail)))
        elif isinstance(item, Record):
            try:
                text = redactor.redact_json(_decode(item.data))
            except ValueError as error:
                gaps.append(Gap("broken_record", item.source.path, str(error), item.source.position))
                continue
            stream.write(clean_json(text).encode() + b"\n")
            records += 1
    lost = sum(gap.count for gap in gaps if gap.kind in ("broken_record", "too_large"))
    if lost and not records:
        raise BadDataError(
            f"{gaps[0].path}: none of its records could be written: {gaps[0].detail}", "export them anew"
        )
    return RedactedExport(records, lost, redactor.counts, gaps)


def _decode(data: bytes) -> str:
    """Return the text of a record; bytes that are not UTF-8 become visible, as in the other commands."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "surrogateescape")
        return _INVALID_BYTE.sub(lambda found: f"\\\\x{ord(found[0]) - 0xDC00:02x}", text)
