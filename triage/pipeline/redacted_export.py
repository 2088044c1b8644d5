"""Export entries with their secrets masked, so that they can be shared."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from triage.models import Gap, Record

#: A lone surrogate, which a log may hold as an escape but UTF-8 cannot.
_SURROGATE = re.compile("[\ud800-\udfff]")


class RedactedExport(msgspec.Struct, frozen=True):
    """The result of a redacted export.

    records: the number of records written.
    masked: the number of masked secrets by kind.
    gaps: what could not be read.
    """

    records: int
    masked: Counter[str]
    gaps: list[Gap]


def redact_export(sources: Sequence[str | Path], stream: BinaryIO | gzip.GzipFile) -> RedactedExport:
    """Write the records of exports as JSON lines with masked secrets.

    Equal secrets get equal masks. Ordinary keys, numbers and the structure stay, so the diagnosis does not
    change. A record that cannot be read is left out.

    Raises:
        BadDataError: an export has no known format.
        IOFailureError: an export cannot be read.

    """
    from triage.reading import read
    from triage.redact import Redactor

    redactor, gaps, records = Redactor(), [], 0
    for item in read(sources):
        if isinstance(item, Gap):
            gaps.append(item)
        elif isinstance(item, Record):
            try:
                document = json.loads(item.data.decode("utf-8", "replace"))
            except (ValueError, RecursionError) as error:
                gaps.append(Gap("broken_record", item.source.path, str(error), item.source.position))
                continue
            text = json.dumps(redactor.redact_document(document), ensure_ascii=False, separators=(",", ":"))
            stream.write(_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode() + b"\n")
            records += 1
    return RedactedExport(records, redactor.counts, gaps)
