"""Which message is due, and how it is sized to a channel."""

from collections.abc import Callable
from html import escape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.notifications.notices import due, notice, update
from triage.models import Message, SentNotice
from triage.notifications.messages import MORE, cut, fit
from triage.redact import PLACEHOLDER

NEWER = ["kiosk-00007-abc", "kiosk-00008-def"]


def test_incident_gives_one_message_however_often_it_is_seen() -> None:
    known: dict[str, SentNotice] = {}
    [message] = due(known, update(notice()))
    assert (message.kind, message.title) == ("opened", "P1 kiosk: The database refused the password")
    assert message.lines == ["12 requests returned 500", "Log: FATAL: password refused"]
    assert due(known, update(notice(lines=["13 requests returned 500"]))) == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"severity": "P0"}, "Changed: severity P1 -> P0"),
        ({"revisions": NEWER}, "Changed: now at revision kiosk-00008-def too"),
        (
            {"severity": "P0", "revisions": NEWER},
            "Changed: severity P1 -> P0; now at revision kiosk-00008-def too",
        ),
    ],
)
def test_change_that_matters_gives_one_message(fields: dict[str, Any], says: str) -> None:
    known: dict[str, SentNotice] = {}
    due(known, update(notice()))
    [message] = due(known, update(notice(**fields)))
    assert (message.kind, message.lines[0]) == ("changed", says)
    assert due(known, update(notice(**fields))) == []
    assert due(known, update(notice(severity=fields.get("severity", "P1")))) == []


def test_incident_that_is_over_is_closed_once_and_opened_again() -> None:
    known: dict[str, SentNotice] = {}
    due(known, update(notice()))
    over = update(notice(is_open=False, lines=["The service was ready afterwards."]))
    [message] = due(known, over)
    assert (message.kind, message.title) == ("resolved", "Over: kiosk: The database refused the password")
    assert message.lines == ["The service was ready afterwards."]
    assert due(known, over) == []
    [again] = due(known, update(notice()))
    assert (again.kind, again.title) == (
        "reopened",
        "Open again: P1 kiosk: The database refused the password",
    )


def test_incident_that_was_over_before_it_was_reported_gives_no_message() -> None:
    assert due({}, update(notice(is_open=False))) == []


def test_incident_that_is_not_in_the_logs_any_more_is_over_only_if_its_service_is_ready() -> None:
    known: dict[str, SentNotice] = {}
    due(known, update(notice()))
    assert due(known, update()) == []
    assert due(known, update(over_at={"booth": "The service is ready."})) == []
    ready = {"kiosk": "The service is ready."}
    assert due(known, update(over_at=ready, unreported=["0a1b2c3d4e5f"])) == []
    [message] = due(known, update(over_at=ready))
    assert (message.kind, message.lines) == ("resolved", ["The service is ready."])


def test_worst_incident_is_reported_first() -> None:
    messages = due({}, update(notice("aaaaaa", severity="P1"), notice("bbbbbb", severity="P0")))
    assert [message.fingerprint for message in messages] == ["bbbbbb", "aaaaaa"]


def message(*lines: str, title: str = "P1 kiosk: The database refused the password") -> Message:
    return Message(kind="opened", fingerprint="0a1b2c3d4e5f", severity="P1", title=title, lines=list(lines))


def test_message_that_fits_is_sent_whole() -> None:
    assert fit(message("one", "two"), title_limit=250, body_limit=2000) == (
        "P1 kiosk: The database refused the password",
        "one\ntwo",
    )


def test_title_is_the_first_line_where_a_channel_has_no_titles() -> None:
    assert fit(message("one"), title_limit=0, body_limit=1024) == (
        "",
        "P1 kiosk: The database refused the password\none",
    )


def test_lines_that_do_not_fit_are_left_out_and_the_body_says_so() -> None:
    _, body = fit(message("short", "Do first: " + "x" * 200, "last"), title_limit=0, body_limit=120)
    assert body == f"P1 kiosk: The database refused the password\nshort\n{MORE}"


def test_quoted_line_is_cut_and_a_command_is_not() -> None:
    _, quoted = fit(message("Log: " + "word " * 100), title_limit=0, body_limit=160)
    assert quoted.splitlines()[1].startswith("Log: word word")
    assert quoted.splitlines()[1].endswith("...")
    _, command = fit(message("gcloud run services update " + "word " * 100), title_limit=0, body_limit=160)
    assert "gcloud" not in command


def test_text_message_of_160_characters_says_what_broke() -> None:
    _, body = fit(message("12 requests returned 500", *["more"] * 50), title_limit=0, body_limit=160)
    assert len(body) <= 160
    assert body.startswith("P1 kiosk: The database refused the password\n12 requests returned 500")
    assert body.endswith(MORE)


MASKED = st.lists(
    st.sampled_from(["<token-1>", "<email-12>", "word", "a&b", "x" * 30, "<private-key-3>"]),
    min_size=1,
    max_size=30,
).map(" ".join)


def html_size(text: str) -> int:
    return len(escape(text, quote=False))


SIZES = st.sampled_from([len, html_size, lambda text: 6 * len(text)])


@given(MASKED, st.integers(1, 300), SIZES)
def test_no_cut_is_inside_a_masked_token(text: str, limit: int, size: Callable[[str], int]) -> None:
    short = cut(text, limit, size)
    assert size(short) <= limit
    assert "<" not in PLACEHOLDER.sub("", short)


@given(MASKED, st.lists(MASKED, max_size=8), st.sampled_from([0, 40, 60, 250]), st.integers(400, 3000), SIZES)
def test_no_message_is_longer_than_its_channel_takes(
    title: str, lines: list[str], title_limit: int, body_limit: int, size: Callable[[str], int]
) -> None:
    whole = message(*lines, title=title)
    head, body = fit(whole, title_limit=title_limit, body_limit=body_limit, size=size)
    assert size(head) <= title_limit
    assert size(f"{head}\n{body}" if head else body) <= body_limit
    assert "<" not in PLACEHOLDER.sub("", head + body)
