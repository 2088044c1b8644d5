"""Decode records to entries: uniform format, joined, deduplicated, in order."""

from triage.entries.api import api_form
from triage.entries.batches import to_batches
from triage.entries.bounds import Bounds
from triage.entries.decoder import decode
from triage.entries.in_order_stream import stream_in_order
from triage.entries.instances import EntriesByInstance
from triage.entries.neighborhood_filter import NeighborhoodFilter
from triage.entries.prefilter import Prefilter
from triage.entries.query_filter import QueryFilter
from triage.entries.record_prefilter import decode_records, instance_sort_key, prefilter_records
from triage.entries.stream import Entries

__all__ = [
    "Bounds",
    "Entries",
    "EntriesByInstance",
    "NeighborhoodFilter",
    "Prefilter",
    "QueryFilter",
    "api_form",
    "decode",
    "decode_records",
    "instance_sort_key",
    "prefilter_records",
    "stream_in_order",
    "to_batches",
]
