"""Metrics as text for Prometheus.

Source: "Exposition formats" of the Prometheus documentation, text format 0.0.4.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, get_args

from triage.models import DashboardPage, ServiceVerdict, StreamStatus
from triage.window import NANOSECONDS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


class Family(NamedTuple):
    """One metric with its samples.

    Attributes:
        name: name of the metric.
        kind: gauge or counter.
        says: what it measures, in one line.
        samples: labels and value of each sample.

    """

    name: str
    kind: str
    says: str
    samples: Iterable[tuple[Mapping[str, str], float]]


def render_metrics(page: DashboardPage, status: StreamStatus | None, viewers: int) -> str:
    """Return the metrics of a dashboard."""
    regions = [({"service": found.service, "region": found.name}, found) for found in page.verdicts]
    families = [
        Family(
            "triage_verdict",
            "gauge",
            "Whether a service has this verdict in a region: 1 for one of them, 0 for the others.",
            [
                (labels | {"verdict": verdict}, found.verdict == verdict)
                for labels, found in regions
                for verdict in get_args(ServiceVerdict)
            ],
        ),
        Family(
            "triage_ready_instances",
            "gauge",
            "Instances that are ready and logged something in the last 15 minutes.",
            [(labels, found.ready) for labels, found in regions],
        ),
        Family(
            "triage_instances",
            "gauge",
            "Instances that logged something in the last 15 minutes and whose start did not fail.",
            [(labels, found.instances) for labels, found in regions],
        ),
        Family(
            "triage_open_incidents",
            "gauge",
            "Incidents that are not over.",
            [
                ({"service": service, "severity": severity}, count)
                for service, counts in page.incidents.items()
                for severity, count in counts.items()
            ],
        ),
        Family("triage_viewers", "gauge", "Browsers that follow the page.", [({}, viewers)]),
        *(_stream_families(status) if status is not None else ()),
    ]
    return "".join(_render_family(family) for family in families)


def _stream_families(status: StreamStatus) -> Iterable[Family]:
    stream = status.stream
    connected = stream.arriving != "reconnecting"
    yield Family("triage_log_stream_connected", "gauge", "Whether Cloud Logging answers.", [({}, connected)])
    yield Family("triage_log_entries_total", "counter", "Entries that were read.", [({}, stream.lines)])
    yield Family(
        "triage_log_entries_missing",
        "gauge",
        "Entries that Cloud Logging suppressed and no query returned yet.",
        [({}, stream.missing)],
    )
    if status.read_until is not None:
        yield Family(
            "triage_logs_read_until_timestamp_seconds",
            "gauge",
            "Time up to which the logs were read.",
            [({}, status.read_until / NANOSECONDS)],
        )


def _render_family(family: Family) -> str:
    lines = [f"# HELP {family.name} {family.says}", f"# TYPE {family.name} {family.kind}"]
    for labels, value in family.samples:
        named = ",".join(f'{name}="{text.translate(_ESCAPES)}"' for name, text in labels.items())
        number = repr(float(value)).removesuffix(".0")
        lines.append(f"{family.name}{{{named}}} {number}" if named else f"{family.name} {number}")
    return "\n".join(lines) + "\n"
