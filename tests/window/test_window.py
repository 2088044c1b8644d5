"""The window of the options."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from triage.errors import UsageError
from triage.window import Window, choose_window, format_utc_and_local, parse_timestamp

NOW = datetime(2025, 9, 16, 0, 43, tzinfo=UTC)
PACIFIC = ZoneInfo("America/Los_Angeles")


def at(text: str) -> int:
    return parse_timestamp(f"2025-09-{text}Z")


def test_default_window_is_the_last_hour() -> None:
    assert choose_window(now=NOW) == Window(at("15T23:43:00"), at("16T00:43:00"), relative=True)


def test_since_ends_now() -> None:
    assert choose_window(now=NOW, since="90m") == Window(at("15T23:13:00"), at("16T00:43:00"), relative=True)


def test_from_and_until_give_an_absolute_window() -> None:
    chosen = choose_window(now=NOW, start="2025-09-13T00:00Z", end="2025-09-14")
    assert chosen == Window(at("13T00:00:00"), at("14T00:00:00"), relative=False)


def test_from_alone_ends_now() -> None:
    assert choose_window(now=NOW, start="2025-09-15").end == at("16T00:43:00")


def test_around_adds_the_margin_on_both_sides() -> None:
    chosen = choose_window(now=NOW, around="2025-09-13 17:43 PDT", margin="15m")
    assert chosen == Window(at("14T00:28:00"), at("14T00:58:00"), relative=True)


@pytest.mark.parametrize(
    "options",
    [
        {"since": "1h", "start": "2025-09-13"},
        {"since": "1h", "around": "2025-09-13"},
        {"since": "1h", "end": "2025-09-13"},
        {"end": "2025-09-13"},
        {"start": "2025-09-14", "end": "2025-09-13"},
        {"start": "2025-09-14", "end": "2025-09-14"},
        {"around": "2025-09-14", "margin": "0m"},
        {"since": "9000w"},
    ],
)
def test_conflicting_or_empty_window_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        choose_window(now=NOW, **options)


def test_time_is_shown_in_utc_and_local_time() -> None:
    assert (
        format_utc_and_local(at("16T00:43:00"), PACIFIC)
        == "2025-09-16 00:43:00 UTC (2025-09-15 17:43:00 PDT)"
    )
    assert format_utc_and_local(at("16T20:00:00"), PACIFIC) == "2025-09-16 20:00:00 UTC (13:00:00 PDT)"
    assert format_utc_and_local(at("16T20:00:00"), UTC) == "2025-09-16 20:00:00 UTC"
