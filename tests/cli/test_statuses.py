"""A degraded service: ready, with a check passed by a documented exception."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "export.json"


@pytest.fixture
def degraded(tmp_path: Path) -> Path:
    """Return the last validation of the example, with a tolerated Redis check."""
    entries = [
        entry
        for entry in json.loads(EXAMPLE.read_bytes())
        if entry["timestamp"].startswith("2026-03-17T14:13:40")
    ]
    passed = next(entry for entry in entries if "Redis connection and caching" in json.dumps(entry))
    printed = (
        "Redis readiness: DEGRADED MODE - Redis connection delayed in staging, allowing basic functionality"
    )
    tolerated = {
        **passed,
        "insertId": "tolerated",
        "timestamp": "2026-03-17T14:13:40.600000Z",
        "jsonPayload": {**passed["jsonPayload"], "message": printed},
    }
    path = tmp_path / "degraded.json"
    path.write_text(json.dumps([*entries, tolerated]))
    return path


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ([], 0),
        (["--exit-code"], 0),
        (["--strict"], 0),
        (["--fail-on", "not_ready"], 0),
        (["--fail-on", "degraded"], 1),
    ],
)
def test_degraded_service_fails_only_with_fail_on(
    call: Call, degraded: Path, options: list[str], status: int
) -> None:
    called = call("-q", degraded, *options)
    assert called.status == status
    assert called.out.startswith("DEGRADED  netra-backend-staging\n")
