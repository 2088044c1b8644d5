"""Measures of a timeline: ratios of good outcomes, latencies, and bounded counters."""

from triage.measures.bounded_counter import BoundedCounter
from triage.measures.latency import (
    MIN_RATE_MINUTES,
    Latency,
    compare_times,
    is_near,
    is_slower,
    measure_latencies,
    percentiles,
)
from triage.measures.moments import Moments, shortest_gap
from triage.measures.ratios import Ratio, measure_ratio
from triage.measures.responses import PathResponses, ServedRequests, count_responses, count_served

__all__ = [
    "MIN_RATE_MINUTES",
    "BoundedCounter",
    "Latency",
    "Moments",
    "PathResponses",
    "Ratio",
    "ServedRequests",
    "compare_times",
    "count_responses",
    "count_served",
    "is_near",
    "is_slower",
    "measure_latencies",
    "measure_ratio",
    "percentiles",
    "shortest_gap",
]
