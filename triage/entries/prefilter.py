"""A quick look at many records: which of them may matter, so that the rest is counted and timed without being decoded.

It takes a pass of the decoder's own JSON reader over the few fields that decide it, and one search for all that is
looked for in the texts of a whole block. It lets too much through rather than too little, so that the documents are
the same with it. Only of a record that looks as the API writes it, has a value of an impossible type where the glance
does not look, and says something else in keys of another style, may it see the wrong one; nothing writes such a record.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation

from triage.entries.bounds import Bounds
from triage.entries.decoder import url_path
from triage.entries.record_header import (
    HeaderReader,
    HeaderWithOrigin,
    HeaderWithoutOrigin,
    Origin,
    RecordHeader,
)
from triage.entries.times import parse_nanoseconds
from triage.models import Skipped

#: A text that holds ANSI codes, or may be nothing but a logger's prefix: it ends as one does.
_SUSPICIOUS = ["\x1b", " \n", "]\n", ">\n", "|\n", "-\n"]
#: Times as the API writes them, each on a line. Without their Z they are as texts in order of time.
_TIMES = re.compile(r"(?:\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z\n)*+", re.ASCII)
_DATE = len("2026-03-17")
_path = lru_cache(maxsize=4096)(url_path)
#: The number of some records, those that may matter with their places, and the account of the others.
_Filtered = tuple[int, list[tuple[int, bytes]], Skipped]
#: What else than an error has to say something to matter. A text may name the severity of an entry without one.
_LOW_SEVERITIES = frozenset({"DEBUG", "INFO", "NOTICE", "WARNING"})


class Prefilter:
    """Tells which records of a block to decode: errors, those that say one of the ``literals`` texts, and odd ones.

    Of the others each is a JSON object that is a LogEntry. A record that is none, or no JSON, may matter.
    """

    def __init__(self, literals: Sequence[str], bounds: Bounds | None = None) -> None:
        """Look for these texts; of one with line breaks, which a logger may have escaped, for its longest line.

        Of what is passed over it is told how much lies outside of ``bounds``.
        """
        self._bounds = bounds
        self._headers = HeaderReader(HeaderWithoutOrigin if bounds is None else HeaderWithOrigin)
        lines = {max(text.split("\n"), key=len) for text in literals}
        self._literals = AhoCorasick(sorted(lines.union(_SUSPICIOUS)), implementation=Implementation.DFA)

    def filter_records(self, path: str, records: Sequence[bytes]) -> tuple[list[int], Skipped]:
        """Return the places of the pieces that may matter, and the account of the others."""
        return self._filter_headers(path, list(map(self._headers.read_record, records)))

    def filter_lines(self, path: str, text: bytes) -> _Filtered | None:
        """Return how many lines a text has, those that may matter with their places, and the account of the others.

        It takes one pass over all of them; None where some are not what most are, so that each is to be looked at.
        """
        # A line feed cannot stand inside a text, and inside an object it would be one more than there are seams.
        headers = self._headers.read_lines(text)
        return (
            self._filter_block(path, text, b"\n", headers) if text.count(b"\n") == len(headers) - 1 else None
        )

    def filter_list(self, path: str, text: bytes, separator: bytes) -> _Filtered | None:
        """Return what ``read_lines`` returns of the objects of a list, where ``separator`` two of them always stands the same."""
        headers = self._headers.read_list(text)
        found = self._filter_block(path, text, separator, headers)
        # The same may stand inside an object, too, or inside a text.
        sound = found and all(
            self._headers.read_record(record) == headers[index] for index, record in found[1]
        )
        return found if sound else None

    def _filter_block(
        self, path: str, text: bytes, separator: bytes, headers: Sequence[RecordHeader]
    ) -> _Filtered | None:
        boundaries = _boundary_finder(separator).find_matches_as_indexes(text)
        if len(boundaries) != len(headers) - 1 or (text[:1], text[-1:]) != (b"{", b"}"):
            return None
        indexes, skipped = self._filter_headers(path, headers)
        starts = [0, *(end - 1 for _, _, end in boundaries)]
        ends = [*(start + 1 for _, start, _ in boundaries), len(text)]
        return len(headers), [(index, text[starts[index] : ends[index]]) for index in indexes], skipped

    def _filter_headers(self, path: str, headers: Sequence[RecordHeader]) -> tuple[list[int], Skipped]:
        """Return the places of the records that may matter, and the account of the others."""
        texts = [
            # What the decoder makes of the payload; see decode.py.
            header.text_payload
            or ((payload := header.json_payload) and payload.message)
            or _request_message(header)
            for header in headers
        ]
        severities: list[str] = [header.severity for header in headers]
        relevant = self._matching_texts(texts)
        relevant.update(
            index
            for index, (severity, text) in enumerate(zip(severities, texts, strict=True))
            if severity not in _LOW_SEVERITIES or not text
        )
        origins = [] if self._bounds is None else [header.origin for header in headers]
        relevant.update(index for index, origin in enumerate(origins) if origin is None)
        timestamps = [header.timestamp for header in headers]
        for index in sorted(relevant, reverse=True):
            del severities[index], timestamps[index]
        time_range = _time_range(timestamps)
        if time_range is None:
            relevant.update(
                index for index, header in enumerate(headers) if _time_range([header.timestamp]) is None
            )
            passed = [header for index, header in enumerate(headers) if index not in relevant]
            severities = [header.severity for header in passed]
            time_range = _time_range([header.timestamp for header in passed]) or (0, 0)
        skipped = Skipped(
            path, Counter(severities), *time_range, self._count_outside(headers, origins, relevant)
        )
        return sorted(relevant), skipped

    def _count_outside(
        self, headers: Sequence[RecordHeader], origins: Sequence[Origin | None], relevant: set[int]
    ) -> int:
        """Return how many of the records that do not matter lie outside of the bounds."""
        if self._bounds is None:
            return 0
        passed = [
            (parse_nanoseconds(header.timestamp), origin)
            for index, (header, origin) in enumerate(zip(headers, origins, strict=True))
            if origin is not None and index not in relevant
        ]
        return sum(not self._bounds.contains(time, *origin) for time, origin in passed)

    def _matching_texts(self, texts: Sequence[str]) -> set[int]:
        """Return the places of the texts in which something stands that is looked for."""
        ends = list(accumulate([len(text) + 1 for text in texts]))
        found = self._literals.find_matches_as_indexes("\n".join([*texts, ""]))
        return {bisect(ends, start) for _, start, _ in found}


@lru_cache(maxsize=16)
def _boundary_finder(separator: bytes) -> BytesAhoCorasick:
    """Return what finds the places where an object ends and another begins."""
    return BytesAhoCorasick([b"}%b{" % separator])


def _request_message(header: RecordHeader) -> str:
    """Return the message that a request without text has, "" where it takes more than a glance to tell."""
    request = header.http_request
    if request is None or not request.request_method or header.proto_payload is not None:
        return ""
    path = _path(request.request_url)
    return f"{request.request_method} {path} {request.status}" if path else ""


def _time_range(timestamps: Sequence[str]) -> tuple[int, int] | None:
    """Return the first and the last of some times; (0, 0) of none, None where one is no time as the API writes it."""
    if not timestamps:
        return 0, 0
    joined = "\n".join([*timestamps, ""])
    if not _TIMES.fullmatch(joined):
        return None
    bare = sorted(joined.split("Z\n")[:-1])
    if len(bare) != len(timestamps):
        return None
    first, last = bare[0], bare[-1]
    # What stands between two times of one day is of that day.
    dates = {first[:_DATE]} if first[:_DATE] == last[:_DATE] else {timestamp[:_DATE] for timestamp in bare}
    try:
        for date in dates:
            parse_nanoseconds(f"{date}T00:00:00.0Z")
    except ValueError:
        return None
    return parse_nanoseconds(f"{first}Z"), parse_nanoseconds(f"{last}Z")
