"""Keeps the records around failures, by their headers alone."""

from collections import Counter
from collections.abc import Sequence

from triage.entries.prefilter import Prefilter
from triage.entries.record_header import HeaderReader, HeaderWithOrigin, RecordHeader
from triage.entries.times import parse_nanoseconds
from triage.models import Neighbourhoods, Skipped


class NeighbourhoodFilter(Prefilter):
    """Selects the records that lie in the windows around failures, and those whose header does not tell."""

    def __init__(self, neighbourhoods: Neighbourhoods) -> None:
        """Keep the records in these windows."""
        super().__init__([])
        self._headers = HeaderReader(HeaderWithOrigin)
        self._neighbourhoods = neighbourhoods

    def _filter_headers(self, path: str, headers: Sequence[RecordHeader]) -> tuple[list[int], Skipped]:
        kept = [index for index, header in enumerate(headers) if self._may_be_near(header)]
        skipped = Counter(header.severity for header in headers)
        skipped.subtract(headers[index].severity for index in kept)
        return kept, Skipped(path, {name: count for name, count in skipped.items() if count})

    def _may_be_near(self, header: RecordHeader) -> bool:
        origin = header.origin
        if origin is None:
            return header.proto_payload is None
        try:
            return self._neighbourhoods.contains(parse_nanoseconds(header.timestamp), *origin)
        except ValueError:
            return True
