"""Keeps the records around failures, by their headers alone."""

from collections.abc import Sequence

from triage.entries.prefilter import Prefilter
from triage.entries.record_header import (
    FOREIGN_HEADER,
    HeaderReader,
    HeaderWithOrigin,
    RecordHeader,
)
from triage.entries.times import parse_nanoseconds
from triage.models import Neighborhoods, Skipped


class NeighborhoodFilter(Prefilter):
    """Selects the records that lie in the windows around failures, and those whose header does not tell."""

    def __init__(self, neighborhoods: Neighborhoods) -> None:
        """Keep the records in these windows."""
        super().__init__([])
        self._headers = HeaderReader(HeaderWithOrigin)
        self._neighborhoods = neighborhoods
        self._instances = {instance for _, _, instance in neighborhoods.windows}

    def _filter_headers(self, path: str, headers: Sequence[RecordHeader]) -> tuple[list[int], Skipped]:
        # Most records are of other instances, so that is tested first.
        kept = [
            index
            for index, header in enumerate(headers)
            if header is FOREIGN_HEADER or (header.instance in self._instances and self._is_near(header))
        ]
        skipped = len(headers) - len(kept)
        return kept, Skipped(path, {"": skipped} if skipped else {})

    def _is_near(self, header: RecordHeader) -> bool:
        origin = header.origin
        if origin is None:
            return False
        try:
            return self._neighborhoods.contains(parse_nanoseconds(header.timestamp), *origin)
        except ValueError:
            return True
