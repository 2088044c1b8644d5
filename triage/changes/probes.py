"""Probes of a container, in words."""

from collections.abc import Mapping
from typing import Any

from triage.changes.json_values import mapping, text


def probe_text(probe: Mapping[str, Any], container_port: str) -> str:
    """Return a probe in words; a port is named only where it is not the container's own."""
    kind, detail, field = next(
        (
            (kind, mapping(probe.get(field)), field)
            for kind, field in (("HTTP", "httpGet"), ("TCP", "tcpSocket"), ("gRPC", "grpc"))
            if isinstance(probe.get(field), dict)
        ),
        ("TCP", {}, "tcpSocket"),
    )
    target = (text(detail.get("path")) or "/") if field == "httpGet" else text(detail.get("service"))
    port = text(detail.get("port"))
    words = [kind, target, f"on port {port}" if port not in ("", "0", container_port) else ""]

    def number(name: str, default: int) -> str:
        return text(probe.get(name) or default)

    words += [
        f"every {number('periodSeconds', 10)} s,",
        f"timeout {number('timeoutSeconds', 1)} s,",
        f"{number('failureThreshold', 3)} failures",
    ]
    delay = number("initialDelaySeconds", 0)
    return " ".join(filter(None, words)) + (f", after {delay} s" if delay != "0" else "")
