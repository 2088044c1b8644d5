"""Keep the records that a Logging filter matches, by the fields that it reads."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import msgspec

from triage.entries.origin_counter import OriginCounter
from triage.entries.prefilter import Prefilter, text_of, time_range
from triage.entries.record_header import (
    FOREIGN_HEADER,
    HeaderReader,
    HeaderWithOrigin,
    RecordHeader,
    decode_headers,
)
from triage.models import Skipped

#: Whether a filter matches an entry, given as plain data with the names of the API.
EntryTest = Callable[[Mapping[str, Any]], bool]


class QueryHeader(HeaderWithOrigin, rename="camel", gc=False, kw_only=True):
    """A header, and whether the filter matches its record.

    matches: set after decoding, whatever the record says.
    """

    matches: bool = msgspec.field(default=True, name="")


class QueryFilter(Prefilter):
    """Skips the records that a filter does not match, and counts them as outside.

    A record that is not in the format of the API, or whose header does not tell its service, is kept: the
    filter is tried on its entry. What is skipped is judged by the same test on the same values. It can only
    be wrong about a record that Cloud Logging cannot hold: values nested more than 100 levels deep.
    """

    def __init__(self, test: EntryTest, fields: AbstractSet[str] | None) -> None:
        """Skip what fails the test, which reads these fields of LogEntry; None for any."""
        super().__init__([])
        self._headers = _QueryHeaderReader(test, fields)

    def _filter_headers(self, path: str, headers: Sequence[RecordHeader]) -> tuple[list[int], Skipped]:
        relevant = {index for index, header in enumerate(headers) if _is_kept(header)}
        passed = [header for index, header in enumerate(headers) if index not in relevant]
        times = time_range([header.timestamp for header in passed])
        if times is None:
            relevant |= {
                index for index, header in enumerate(headers) if time_range([header.timestamp]) is None
            }
            passed = [header for index, header in enumerate(headers) if index not in relevant]
            times = time_range([header.timestamp for header in passed]) or (0, 0)
        origins = OriginCounter()
        for header in passed:
            service = header.origin[0] if header.origin else ""
            origins.add(header.resource.type, service, is_outside=True)
        severities = Counter("" if header.severity == "DEFAULT" else header.severity for header in passed)
        skipped = Skipped(path, severities, *times, len(passed), services_outside=dict(origins.outside))
        return sorted(relevant), skipped


def _is_kept(header: RecordHeader) -> bool:
    """Return whether a record has to be decoded."""
    if not isinstance(header, QueryHeader) or header.matches or header.origin is None:
        return True
    request = header.http_request
    return not text_of(header) or (request is not None and not request.request_url)


class _QueryHeaderReader(HeaderReader):
    """Decodes headers, and tries the filter on the fields that it reads."""

    def __init__(self, test: EntryTest, fields: AbstractSet[str] | None) -> None:
        super().__init__(QueryHeader)
        self._test = test
        names = sorted(fields) if fields is not None else None
        kind: Any = dict[str, Any]
        if names is not None:
            kind = msgspec.defstruct(
                "Fields",
                [(f"field_{name}", Any, msgspec.field(default=None, name=name)) for name in names],
                gc=False,
            )
        self._names = names
        self._record: Callable[[bytes], Any] = msgspec.json.Decoder(kind).decode
        self._lines: Callable[[bytes], list[Any]] = msgspec.json.Decoder(kind).decode_lines
        self._list: Callable[[bytes], list[Any]] = msgspec.json.Decoder(list[kind]).decode

    def read_record(self, record: bytes) -> RecordHeader:
        """Return the header of one record, FOREIGN_HEADER if it does not decode."""
        header = super().read_record(record)
        return next(iter(self._judge([header], lambda data: [self._record(data)], record)), FOREIGN_HEADER)

    def read_lines(self, text: bytes) -> list[RecordHeader]:
        """Return the headers of JSON lines, [] if one of them does not decode."""
        return self._judge(super().read_lines(text), self._lines, text)

    def read_list(self, text: bytes) -> list[RecordHeader]:
        """Return the headers of a list without brackets, [] if one does not decode."""
        return self._judge(super().read_list(text), self._list, b"[%b]" % text)

    def _judge(
        self, headers: list[RecordHeader], decode: Callable[[bytes], list[Any]], text: bytes
    ) -> list[RecordHeader]:
        """Return the headers with what the filter says of their records; [] if one does not decode."""
        if not headers or headers[0] is FOREIGN_HEADER:
            return headers
        values = decode_headers(decode, text)
        if len(values) != len(headers):
            return []
        test, to_entry = self._test, self._to_entry
        for header, value in zip(headers, values, strict=True):
            if isinstance(header, QueryHeader):
                header.matches = test(to_entry(value))
        return headers

    def _to_entry(self, value: Any) -> dict[str, Any]:
        pairs = (
            value.items()
            if self._names is None
            else zip(self._names, msgspec.structs.astuple(value), strict=True)
        )
        return {name: found for name, found in pairs if found is not None}
