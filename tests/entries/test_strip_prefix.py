"""Loggers' prefixes are stripped, and their fields are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.entries.strip_prefix import StrippedText, strip_log_prefix

ESC = "\x1b"


LOGURU = f"{ESC}[32m2026-03-01 08:00:02.157{ESC}[0m | {ESC}[1mINFO    {ESC}[0m | "
WARNING = f"{ESC}[32m2026-03-01 08:00:02.157{ESC}[0m | {ESC}[33m{ESC}[1mWARNING {ESC}[0m | "


def cyan(text: str) -> str:
    return f"{ESC}[36m{text}{ESC}[0m"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"{LOGURU}{cyan('shop.orders')}:{cyan('keep')}:{cyan('47')} | {ESC}[1mKept order 7{ESC}[0m",
            StrippedText("Kept order 7", "INFO", "shop.orders", "keep", 47),
        ),
        (
            f"{WARNING}{cyan('shop')}:{cyan('<module>')}:{cyan('1')} - {ESC}[33m{ESC}[1mslow{ESC}[0m",
            StrippedText("slow", "WARNING", "shop", "<module>", 1),
        ),
        (
            '2026-03-01 08:00:10.285 | ERROR    | shop.db:check:150 | <red>failed: database "orders',
            StrippedText('failed: database "orders', "ERROR", "shop.db", "check", 150),
        ),
        ('" does not exist</red>', StrippedText('" does not exist')),
        (
            (
                "2026-03-01 08:00:10.285 | SUCCESS  | shop.db:check:1 | "
                "<light-green><bold>up</bold></light-green>"
            ),
            StrippedText("up", "NOTICE", "shop.db", "check", 1),
        ),
        (
            "2026-03-01 08:00:01,683 - shop-api - auth.main - INFO - ? Configuration PASSED - twice",
            StrippedText("? Configuration PASSED - twice", "INFO", "auth.main"),
        ),
        ("2026-03-01 08:00:01,683 - ERROR - lost", StrippedText("lost", "ERROR")),
        (
            "[2026-03-01 08:00:53 +0000] [11] [ERROR] Reason: Worker failed to boot.",
            StrippedText("Reason: Worker failed to boot.", "ERROR"),
        ),
        (
            'INFO:     10.0.0.1:49090 - "GET /ready HTTP/1.1" 200',
            StrippedText('10.0.0.1:49090 - "GET /ready HTTP/1.1" 200', "INFO"),
        ),
        (
            "WARNING:  Invalid HTTP request received.",
            StrippedText("Invalid HTTP request received.", "WARNING"),
        ),
        ("first\nINFO:     second", StrippedText("first\nINFO:     second")),
    ],
)
def test_prefix_is_stripped_and_its_fields_are_kept(text: str, expected: StrippedText) -> None:
    assert strip_log_prefix(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "WARNING: orders: Not ready (timeout)",
        "ERROR: one space is anybody's text",
        "CRITICAL FAIL: database: no session",
        "[INFO] ours",
        "2026-03-01 is a date",
        "a <b> tag and List<String>",
        "ðŸš« \x9d [32m",
        "   - Local:        http://localhost:3000",
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert strip_log_prefix(text) == StrippedText(text)


@pytest.mark.parametrize(
    "code",
    [
        f"{ESC}[2J",
        f"{ESC}[1;31m",
        f"{ESC}]0;title\x07",
        f"{ESC}]8;;http://x{ESC}\\",
        f"{ESC}c",
        f"{ESC}(B",
        f"{ESC}[?25l",
    ],
)
def test_ansi_codes_are_stripped(code: str) -> None:
    assert strip_log_prefix(f"a{code}b").message == "ab"


@given(st.text(alphabet=st.sampled_from("\x1b[]0;m\\\x07<red>/ |-:INFO2026 \n"), max_size=60))
def test_no_escape_is_left(text: str) -> None:
    assert ESC not in strip_log_prefix(text).message
