"""Decode and select records where they are read, so that only relevant ones are sent on."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec

from triage.entries.data_quality import FileStatistics
from triage.entries.decoder import IgnoredErrors, decode
from triage.entries.origin_counter import OriginCounter
from triage.entries.traffic_counter import TrafficCounter
from triage.models import Entry, Gap, Record, Skipped

Other = TypeVar("Other")
_Test = Callable[[Entry], bool]


def instance_sort_key(record: Record) -> tuple[tuple[str, str], int, str] | None:
    """Return the partition key, the microsecond and the insertId of a record.

    None if the record cannot be decoded.
    """
    entry = decode(record)
    if not isinstance(entry, Entry):
        return None
    return entry.partition_key, entry.timestamp // 1000, entry.insert_id


def prefilter_records(
    items: Iterable[Record | Other],
    *,
    keep: _Test | None = None,
    within: _Test | None = None,
    ignored: IgnoredErrors = frozenset(),
) -> Iterator[Record | Other | Skipped]:
    """Yield the items of one file that ``Entries`` with the same tests needs.

    Entries that ``Entries`` would only count are replaced by one Skipped at the end. Records that cannot be
    decoded and parts of split entries are kept.

    keep: whether an entry is relevant; None keeps all.
    within: whether an entry is within the selection; None keeps all.
    ignored: exceptions of payloads that are no error.
    """
    return (item for item, _ in _decode_relevant(items, keep, within, ignored))


def decode_records(
    items: Iterable[Record | Gap | Skipped],
    *,
    keep: _Test | None = None,
    within: _Test | None = None,
    ignored: IgnoredErrors = frozenset(),
) -> Iterator[Entry | Gap | Skipped]:
    """Yield the items as ``prefilter_records``, with the entry or the Gap of each record in its place."""
    relevant: Iterator[tuple[object, Entry | Gap | Skipped]]
    relevant = _decode_relevant(items, keep, within, ignored)
    return (decoded for _, decoded in relevant)


def _decode_relevant(
    items: Iterable[Record | Other], keep: _Test | None, within: _Test | None, ignored: IgnoredErrors
) -> Iterator[tuple[Record | Other | Skipped, Entry | Gap | Other | Skipped]]:
    """Yield each item that is kept, before and after it is decoded."""
    statistics: FileStatistics | None = None
    outside = 0
    traffic = TrafficCounter()
    origins = OriginCounter()
    for item in items:
        if not isinstance(item, Record):
            yield item, item
            continue
        entry = decode(item, ignored)
        if not isinstance(entry, Entry) or (entry.split and entry.split.total > 1):
            yield item, entry
            continue
        is_outside = within is not None and not within(entry)
        if not is_outside and (keep is None or keep(entry)):
            yield item, entry
            continue
        statistics = statistics or FileStatistics(entry.source.path)
        statistics.observe([entry])
        outside += is_outside
        origins.add(entry.resource_type, entry.service, is_outside=is_outside)
        if not is_outside:
            traffic.observe(entry)
    if statistics is not None:
        skipped = msgspec.structs.replace(
            statistics.skipped(outside),
            traffic=traffic.build(),
            resource_types=dict(origins.resource_types),
            services_outside=dict(origins.outside),
        )
        yield skipped, skipped
