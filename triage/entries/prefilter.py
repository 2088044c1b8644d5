"""Find the records that can be relevant; count the others without decoding them.

Of each record the few deciding fields are decoded, and one search finds the literals in all texts of a
block. The filter keeps too many records rather than too few, so the documents do not change. It can only be
wrong about a record
that no exporter writes: one in the format of the API that has an impossible type in a field that is not
    decoded, and a different value under a key of another style.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate

import msgspec
from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation

from triage.entries.bounds import Bounds
from triage.entries.decoder import url_path
from triage.entries.origin_counter import OriginCounter
from triage.entries.record_header import (
    HeaderReader,
    HeaderResource,
    HeaderWithOrigin,
    Origin,
    RecordHeader,
)
from triage.entries.strip_prefix import strip_log_prefix
from triage.entries.times import parse_nanoseconds
from triage.models import Skipped, Traffic
from triage.text import find_line_feeds, path_template

_CLIENT_ERROR = 400
#: Found in texts with ANSI codes, and at the end of texts that may be only a logger's prefix.
_SUSPICIOUS = ["\x1b", " \n", "]\n", ">\n", "|\n", "-\n"]
#: Times as the API writes them, one per line, of plausible years.
_TIMES = re.compile(
    r"(?:(?:19|2[01])\d\d-\d\d-\d\dT(?!2[4-9])[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d{1,9}+)?+Z\n)*+", re.ASCII
)
_DATE = len("2026-03-17")
_DEFAULT = "DEFAULT"
_OPENS, _CLOSES = b"{}"
#: The number of records, those to keep with their indexes, and the count of the others.
_Filtered = tuple[int, list[tuple[int, bytes]], Skipped]
#: Severities that only a literal makes relevant.
_LOW_SEVERITIES = frozenset({"DEBUG", "INFO", "NOTICE", "WARNING"})


class _Request(msgspec.Struct, frozen=True, gc=False):
    """What is the same for all requests with one method, URL and status.

    message: the message of a request without text, "" if the header does not tell.
    path: the path with its variable segments as "*", "" if the URL is missing.
    status: the HTTP status, if any.
    has_failed: whether the status is 400 or more.
    """

    message: str
    path: str
    status: int | None
    has_failed: bool


@lru_cache(maxsize=4096)
def _read_request(method: str, url: str, status: int | None) -> _Request:
    path = url_path(url)
    message = f"{method} {path} {status}" if method and path else ""
    has_failed = status is not None and status >= _CLIENT_ERROR
    return _Request(message, path_template(path), status, has_failed)


class Prefilter:
    """Chooses the records of a block to decode: errors, literals, unusual records.

    Every other record is the JSON of a LogEntry. A record that is not JSON or no LogEntry is kept.
    """

    def __init__(
        self,
        literals: Sequence[str],
        bounds: Bounds | None = None,
        *,
        default_literals: Sequence[str] | None = None,
    ) -> None:
        """Search for these literals; of a literal with line breaks, for its longest line.

        A logger may have escaped the line breaks. Skipped records are also counted as outside of
        ``bounds``, if given. Texts without severity are also searched for ``default_literals``; without
        these all of them are kept.
        """
        self._bounds = bounds
        self._headers = HeaderReader(RecordHeader if bounds is None else HeaderWithOrigin)
        found = _longest_lines(literals).union(_SUSPICIOUS)
        self._literals = AhoCorasick(sorted(found), implementation=Implementation.DFA)
        self._default_literals: AhoCorasick | None = None
        if default_literals is not None:
            self._default_literals = AhoCorasick(
                sorted(_longest_lines(default_literals)), implementation=Implementation.ContiguousNFA
            )

    def filter_records(self, path: str, records: Sequence[bytes]) -> tuple[list[int], Skipped]:
        """Return the indexes of the records to keep, and the count of the others."""
        return self._filter_headers(path, list(map(self._headers.read_record, records)))

    def filter_lines(self, path: str, text: bytes) -> _Filtered | None:
        """Return the number of lines, those to keep with their indexes, and the skipped.

        All lines take one pass. None if one of them is not in the format of the API: then filter record by
        record.
        """
        feeds = find_line_feeds(text)
        # An object on two lines, or two objects on one, would shift what follows.
        if (text[:1], text[-1:]) != (b"{", b"}") or [
            feed for feed in feeds if text[feed - 1] != _CLOSES or text[feed + 1] != _OPENS
        ]:
            return None
        return self._filter_block(path, text, feeds, 1, self._headers.read_lines(text))

    def filter_list(self, path: str, text: bytes, separator: bytes) -> _Filtered | None:
        """Return the same as ``filter_lines`` for a list with one separator throughout."""
        if (text[:1], text[-1:]) != (b"{", b"}"):
            return None
        between = _boundary_finder(separator).find_matches_as_indexes(text)
        headers = self._headers.read_list(text)
        ends = [start + 1 for _, start, _ in between]
        found = self._filter_block(path, text, ends, len(separator), headers)
        # The separator may also occur inside an object or a string.
        sound = found and all(
            self._headers.read_record(record) == headers[index] for index, record in found[1]
        )
        return found if sound else None

    def _filter_block(
        self, path: str, text: bytes, ends: Sequence[int], gap: int, headers: Sequence[RecordHeader]
    ) -> _Filtered | None:
        """Return what is kept of the objects of a text.

        ends: the ends of all but the last one.
        gap: the number of bytes between two of them.
        """
        if len(ends) != len(headers) - 1:
            return None
        indexes, skipped = self._filter_headers(path, headers)
        bounds = [-gap, *ends, len(text)]
        kept = [(index, text[bounds[index] + gap : bounds[index + 1]]) for index in indexes]
        return len(headers), kept, skipped

    def _filter_headers(self, path: str, headers: Sequence[RecordHeader]) -> tuple[list[int], Skipped]:
        """Return the indexes of the records to keep, and the count of the others."""
        requests = {
            index: _read_request(asked.request_method, asked.request_url, asked.status)
            for index, header in enumerate(headers)
            if (asked := header.http_request) is not None
        }
        texts = _payload_texts(headers)
        for index, request in requests.items():
            texts[index] = _add_request(headers[index], texts[index], request)
        severities: list[str] = [header.severity for header in headers]
        relevant = _matching_texts(self._literals, texts)
        if not (_LOW_SEVERITIES.issuperset(severities) and all(texts)):
            irrelevant = self._irrelevant_defaults(headers, severities, relevant)
            relevant.update(
                [
                    index
                    for index, (severity, text) in enumerate(zip(severities, texts, strict=True))
                    if (severity not in _LOW_SEVERITIES and index not in irrelevant) or not text
                ]
            )
        relevant.update(
            [index for index, request in requests.items() if _is_notable_request(headers[index], request)]
        )
        origins = [] if self._bounds is None else [header.origin for header in headers]
        relevant.update([index for index, origin in enumerate(origins) if origin is None])
        timestamps = [header.timestamp for header in headers]
        for index in sorted(relevant, reverse=True):
            del severities[index], timestamps[index]
        times = time_range(timestamps)
        if times is None:
            relevant.update(
                index for index, header in enumerate(headers) if time_range([header.timestamp]) is None
            )
            passed = [header for index, header in enumerate(headers) if index not in relevant]
            severities = [header.severity for header in passed]
            times = time_range([header.timestamp for header in passed]) or (0, 0)
        skipped = Skipped(
            path,
            {"" if name == _DEFAULT else name: count for name, count in Counter(severities).items()},
            *times,
            self._count_outside(headers, origins, relevant),
            self._count_traffic(headers, requests, origins, relevant),
            *self._count_origins(headers, origins, relevant),
        )
        return sorted(relevant), skipped

    def _count_outside(
        self, headers: Sequence[RecordHeader], origins: Sequence[Origin | None], relevant: set[int]
    ) -> int:
        """Return how many of the skipped records are outside of the bounds."""
        if self._bounds is None:
            return 0
        passed = [
            (parse_nanoseconds(header.timestamp), origin)
            for index, (header, origin) in enumerate(zip(headers, origins, strict=True))
            if origin is not None and index not in relevant
        ]
        return sum(not self._bounds.contains(time, *origin) for time, origin in passed)

    def _count_traffic(
        self,
        headers: Sequence[RecordHeader],
        requests: Mapping[int, _Request],
        origins: Sequence[Origin | None],
        relevant: set[int],
    ) -> tuple[Traffic, ...]:
        """Return the requests among the skipped records that are within the bounds."""
        counts: dict[tuple[HeaderResource, str, int], tuple[int, str]] = {}
        for index, request in requests.items():
            if request.status is None or index in relevant:
                continue
            header = headers[index]
            if self._bounds is not None and not self._is_within(header, origins[index]):
                continue
            key = header.resource, request.path, request.status
            count, last = counts.get(key, (0, ""))
            counts[key] = count + 1, max(last, header.timestamp[:-1])
        return tuple(
            [
                Traffic(
                    service=resource.service,
                    revision=resource.revision,
                    path=path,
                    status=status,
                    count=count,
                    last=parse_nanoseconds(f"{last}Z"),
                    location=resource.location,
                )
                for (resource, path, status), (count, last) in counts.items()
                if not resource.is_balancer
            ]
        )

    def _count_origins(
        self, headers: Sequence[RecordHeader], origins: Sequence[Origin | None], relevant: set[int]
    ) -> tuple[dict[str, int], dict[str, int]]:
        """Return the skipped records within the bounds by resource type, and those outside by service."""
        if self._bounds is None:
            resources = Counter([header.resource for header in headers])
            for index in relevant:
                resources[headers[index].resource] -= 1
            types: dict[str, int] = {}
            for resource, count in resources.items():
                if count:
                    types[resource.type] = types.get(resource.type, 0) + count
            return types, {}
        counter = OriginCounter()
        for index, (header, origin) in enumerate(zip(headers, origins, strict=True)):
            if origin is not None and index not in relevant:
                is_outside = not self._is_within(header, origin)
                counter.add(header.resource.type, origin[0], is_outside=is_outside)
        return counter.resource_types, counter.outside

    def _is_within(self, header: RecordHeader, origin: Origin | None) -> bool:
        if self._bounds is None or origin is None:
            return True
        return self._bounds.contains(parse_nanoseconds(header.timestamp), *origin)

    def _irrelevant_defaults(
        self, headers: Sequence[RecordHeader], severities: Sequence[str], relevant: set[int]
    ) -> set[int]:
        """Return the indexes of the records that are a text without any severity and without a literal."""
        if self._default_literals is None or _DEFAULT not in severities:
            return set()
        plain = [
            index
            for index, severity in enumerate(severities)
            if severity == _DEFAULT and index not in relevant and _is_text_without_severity(headers[index])
        ]
        found = _matching_texts(
            self._default_literals, [headers[index].text_payload or "" for index in plain]
        )
        return {index for number, index in enumerate(plain) if number not in found}


def _longest_lines(literals: Sequence[str]) -> set[str]:
    return {max(text.split("\n"), key=len) for text in literals}


def _matching_texts(literals: AhoCorasick, texts: Sequence[str]) -> set[int]:
    """Return the indexes of the texts that hold a literal."""
    ends = list(accumulate([len(text) + 1 for text in texts]))
    found = literals.find_matches_as_indexes("\n".join([*texts, ""]))
    return {bisect(ends, start) for _, start, _ in found}


def _is_text_without_severity(header: RecordHeader) -> bool:
    """Return whether a record is only a text, and its logger's prefix, if any, names no severity."""
    text = header.text_payload
    if not text or header.json_payload or header.http_request or header.proto_payload:
        return False
    return not strip_log_prefix(text).severity and not header.resource.is_balancer


@lru_cache(maxsize=16)
def _boundary_finder(separator: bytes) -> BytesAhoCorasick:
    """Return the search for the end of an object followed by the next one."""
    return BytesAhoCorasick([b"}%b{" % separator])


def _is_notable_request(header: RecordHeader, request: _Request) -> bool:
    """Return whether a request has to be decoded.

    It failed, a load balancer says more of it than that the backend responded, or its URL is missing: another
    form names it "url".
    """
    if not request.path:
        return True
    if header.text_payload:
        return False
    if request.has_failed or not header.resource.is_balancer:
        return request.has_failed
    payload = header.json_payload
    details = (payload and (payload.status_details or payload.proxy_status)) or ""
    return bool(details) and "response_sent_by_backend" not in details


def _payload_texts(headers: Sequence[RecordHeader]) -> list[str]:
    """Return the texts of payloads, "" where the header does not tell."""
    return [
        header.text_payload or ((payload := header.json_payload) and payload.message) or ""
        for header in headers
    ]


def _add_request(header: RecordHeader, text: str, request: _Request) -> str:
    """Return the text of a request, "" if the header does not tell: the same choice as in decoder.py.

    A request with a text has its request line too: it is counted all the same.

    text: the text of its payload.
    """
    if not request.message or header.proto_payload is not None:
        return text
    return f"{text} {request.message}" if header.text_payload else text or request.message


def text_of(header: RecordHeader) -> str:
    """Return the text of a record, "" if the header does not tell."""
    text, request = _payload_texts([header])[0], header.http_request
    if request is None:
        return text
    read = _read_request(request.request_method, request.request_url, request.status)
    return _add_request(header, text, read)


def time_range(timestamps: Sequence[str]) -> tuple[int, int] | None:
    """Return the first and last of some times in nanoseconds; (0, 0) without any.

    None if one of them is not a time as the API writes it.
    """
    if not timestamps:
        return 0, 0
    lines = "\n".join([*timestamps, ""])
    if not _TIMES.fullmatch(lines):
        return None
    bare = lines.split("Z\n")[:-1]  # without the Z they compare as texts
    if len(bare) != len(timestamps):
        return None
    first, last = min(bare), max(bare)
    # All times between two times of one day are of that day.
    dates = {first[:_DATE]} if first[:_DATE] == last[:_DATE] else {timestamp[:_DATE] for timestamp in bare}
    try:
        for date in dates:
            parse_nanoseconds(f"{date}T00:00:00.0Z")
    except ValueError:
        return None
    return parse_nanoseconds(f"{first}Z"), parse_nanoseconds(f"{last}Z")
