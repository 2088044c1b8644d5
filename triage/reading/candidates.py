"""Large files of JSON lines: the lines that may matter, found by DuckDB, so that the rest need not be decoded.

DuckDB reads a gigabyte of JSON lines in about a second, on both cores; the one decoder takes many times that. So DuckDB
only says which lines to look at, in a test that lets too much through rather than too little, and the decoder reads
those. Of an object with the same key twice DuckDB takes the first and the decoder the last; Cloud Logging writes none.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from triage.models import Gap, Record, Skipped, Source
from triage.reading.limits import Limits
from triage.reading.lines import read_lines
from triage.reading.stream import Stream

#: Smaller files are decoded whole before DuckDB would be loaded.
LARGE = 24 << 20
_MEMORY = "160MB"
_ROWS = 2048
_BEYOND = sys.maxsize

#: What the decoder makes of an entry, as far as the test needs it; see triage/entries/decode.py.
#: DuckDB holds buffers of twice the largest object for each thread; a longer line ends the quick way.
_QUERY = r"""
WITH lines AS (
    SELECT row_number() OVER () AS line, * FROM read_json($path, format = 'newline_delimited', columns = {
    timestamp: 'VARCHAR', severity: 'VARCHAR', insertId: 'VARCHAR', textPayload: 'VARCHAR',
    jsonPayload: 'STRUCT(message VARCHAR)', protoPayload: 'STRUCT(methodName VARCHAR)',
    httpRequest: 'STRUCT(requestMethod VARCHAR, requestUrl VARCHAR, status VARCHAR)',
    split: 'STRUCT(uid VARCHAR)'
},
        ignore_errors = true, maximum_object_size = 4194304, compression = 'none')
), said AS (
    SELECT *, coalesce(
        nullif(textPayload, ''), nullif(jsonPayload.message, ''),
        CASE WHEN httpRequest IS NOT NULL THEN concat_ws(' ', nullif(httpRequest.requestMethod, ''),
            nullif(regexp_extract(httpRequest.requestUrl, '^(?:[^:/?#]*://[^/?#]*)?([^?#]*)', 1), ''),
            httpRequest.status) END) AS text
    FROM lines
)
SELECT line FROM said
WHERE timestamp IS NULL OR insertId IS NULL OR split IS NOT NULL OR protoPayload IS NOT NULL
    OR (jsonPayload IS NOT NULL AND coalesce(jsonPayload.message, '') = '')
    OR text IS NULL OR text = ''
    OR severity IS NULL OR severity NOT IN ('DEBUG', 'INFO', 'NOTICE', 'WARNING')
    OR contains(text, chr(27))
    OR regexp_matches(text, $wanted)
"""


def read_candidates(
    path: str, stream: Stream, limits: Limits, wanted: Sequence[str]
) -> Iterator[Record | Gap | Skipped]:
    """Yield the lines whose message holds one of the ``wanted`` texts, and all that may matter else.

    Those are errors and lines without a usual severity, audit entries, parts, lines without a payload or an
    insertId, what is no LogEntry as the API writes it, and, to be timed, the first and the last line of each megabyte.
    The rest is yielded as numbers of lines that were skipped. Where a line is not one JSON object, or DuckDB gives up, every line is yielded from
    there on.
    """
    candidates = _candidates(path, wanted)
    following = next(candidates, None)
    position, rest = 0, b""
    undone: list[bytes] = []
    for block in stream:
        *lines, rest = (rest + block).split(b"\n")
        if lines:  # the last line stays with the rest, so that the one which ends the file is looked at
            rest = lines.pop() + b"\n" + rest
        sound = b"}{" not in block and all(map(_is_object, lines))
        chosen: list[int] = []
        while sound and following is not None and following <= position + len(lines):
            chosen.append(following)
            following = next(candidates, None)
        if sound and lines and following is not None:
            chosen = sorted({position + 1, *chosen, position + len(lines)})
        for number in chosen:
            yield Record(lines[number - position - 1], Source(path, number))
        if not sound or following is None:
            done = chosen[-1] - position if chosen else 0
            yield Skipped(path, done - len(chosen))
            undone, position = lines[done:], position + done
            break
        yield Skipped(path, len(lines) - len(chosen))
        position += len(lines)
    left = b"".join(line + b"\n" for line in undone) + rest
    yield from read_lines(Stream(chain([left], stream)), path, limits, after=position)


def _is_object(line: bytes) -> bool:
    return line[:1] == b"{" and line[-1:] == b"}"


def _candidates(path: str, wanted: Sequence[str]) -> Iterator[int]:
    """Yield the numbers of the lines to look at, then a number beyond all; end early where DuckDB gives up."""
    import duckdb

    pattern = "|".join(re.escape(text) for text in wanted)
    try:
        with (
            duckdb.connect(config={"threads": 2, "memory_limit": _MEMORY}) as connection,
            ThreadPoolExecutor(1) as ahead,
        ):
            connection.execute(_QUERY, {"path": path, "wanted": pattern})
            batch = ahead.submit(connection.fetchmany, _ROWS)
            while rows := batch.result():
                batch = ahead.submit(connection.fetchmany, _ROWS)
                yield from (line for (line,) in rows)
    except duckdb.Error:
        return
    yield _BEYOND
