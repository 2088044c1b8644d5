"""Measures of a timeline: ratios of good outcomes, latencies, and bounded counters."""

from triage.measures.bounded_counter import BoundedCounter
from triage.measures.latency import Latency, measure_latencies
from triage.measures.moments import Moments, shortest_gap
from triage.measures.ratios import Ratio, measure_ratio
from triage.measures.responses import PathResponses, ServedRequests, count_responses, count_served

__all__ = [
    "BoundedCounter",
    "Latency",
    "Moments",
    "PathResponses",
    "Ratio",
    "ServedRequests",
    "count_responses",
    "count_served",
    "measure_latencies",
    "measure_ratio",
    "shortest_gap",
]
