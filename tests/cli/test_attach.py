"""The command attach: where the report goes, and when there is nothing to report."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.entries import entry

Call = Callable[..., Any]
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "export.json"
STARTED = 'Default STARTUP TCP probe succeeded after 1 attempt for container "app-1" on port 8080.'


def export(folder: Path, *entries: dict[str, Any]) -> Path:
    file = folder / "export.json"
    file.write_text(json.dumps(list(entries)))
    return file


def served(number: int) -> dict[str, Any]:
    request = {
        "requestMethod": "GET",
        "requestUrl": "https://shop.example/",
        "status": 200,
        "latency": "0.1s",
    }
    log = "projects/demo/logs/run.googleapis.com%2Frequests"
    return entry(number, logName=log, textPayload=None, httpRequest=request, severity="INFO")


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([], "the export has no data of a service"),
        ([entry(1, "something odd happened", severity="ERROR")], "no failure follows the unknown errors"),
        ([entry(1, "hello", severity="INFO")], "there is no incident"),
        (
            [entry(0, STARTED, severity="INFO"), *map(served, range(1, 30))],
            "the service is ready and no incident is open",
        ),
    ],
)
@pytest.mark.parametrize("target", [["--create"], ["--issue", "1"], ["--output", "-"]])
def test_nothing_is_written_about_nothing(
    call: Call, tmp_path: Path, entries: list[dict[str, Any]], why: str, target: list[str]
) -> None:
    called = call("attach", export(tmp_path, *entries), *target, "--repo", "demo/demo")
    assert (called.status, called.out) == (
        0,
        f"nothing to report: {why} (--even-if-ready writes it anyway)\n",
    )


def test_report_about_nothing_is_written_on_request(call: Call, tmp_path: Path) -> None:
    called = call("attach", export(tmp_path, entry(1, "hello")), "--output", "-", "--even-if-ready")
    assert called.out.startswith("# shop-backend: inconclusive")


def test_output_has_title_and_report_without_markers(call: Call, tmp_path: Path) -> None:
    printed = call("attach", EXAMPLE, "--output", "-").out
    assert printed.startswith("# netra-backend-staging: The readiness middleware refused plain HTTP requests")
    assert "<!-- triage" not in printed
    call("attach", EXAMPLE, "-o", tmp_path / "ticket.md")
    assert (tmp_path / "ticket.md").read_text() == printed


@pytest.mark.parametrize("options", [[], ["--create", "--find"], ["--create", "--output", "-"]])
def test_one_destination_is_needed(call: Call, options: list[str]) -> None:
    called = call("attach", EXAMPLE, *options)
    assert called.status == 2
    assert "one of --issue NUMBER, --find, --create or --output FILE" in called.err


def test_reopen_needs_create(call: Call) -> None:
    assert call("attach", EXAMPLE, "--issue", "1", "--reopen").status == 2


def test_invalid_wait_is_refused(call: Call) -> None:
    assert call("attach", EXAMPLE, "--issue", "1", "--max-wait", "long").status == 2
