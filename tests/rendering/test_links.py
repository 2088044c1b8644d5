"""Links to Logs Explorer."""

import re

import cmarkgfm
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from triage.rendering.links import logs_explorer_url, parse_logs_explorer_url

AT = "2025-09-14T02:56:56.123456Z"
text = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.text(min_size=1).filter(str.isprintable),
    text,
    st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"])),
)
def test_link_round_trips(project: str, query: str, insert_id: str) -> None:
    assume("%28" not in query + insert_id and "%29" not in query + insert_id)
    found = parse_logs_explorer_url(logs_explorer_url(project, query, AT, insert_id))
    assert found == (project, query, AT, insert_id)


@given(text, text)
def test_link_is_safe_in_markdown(query: str, insert_id: str) -> None:
    url = logs_explorer_url("shop", query, AT, insert_id)
    assert re.fullmatch(r"https://console\.cloud\.google\.com/logs/query[A-Za-z0-9%=;?._~-]*", url)
    assert f'<a href="{url}">open</a>' in cmarkgfm.github_flavored_markdown_to_html(f"[open]({url})")


def test_link_searches_five_minutes_before_and_after() -> None:
    url = logs_explorer_url("shop", "x", AT)
    assert ";timeRange=2025-09-14T02%3A51%3A56.123456Z%2F2025-09-14T03%3A01%3A56.123456Z;" in url
    assert "pinnedLogId" not in url


def test_console_link_is_parsed() -> None:
    url = (
        "https://console.cloud.google.com/logs/query;query=textPayload:%2528%22a%22%20OR%20%22b%22%2529%0AlogName%3D%22projects%2Fp"
        "%2Flogs%2Frun.googleapis.com%252Fstderr%22;timeRange=PT1H;cursorTimestamp=2025-09-14T02:56:56Z;"
        "pinnedLogId=2025-09-14T02:56:56Z%2F68c8a1?project=shop"
    )
    assert parse_logs_explorer_url(url) == (
        "shop",
        'textPayload:("a" OR "b")\nlogName="projects/p/logs/run.googleapis.com%2Fstderr"',
        "2025-09-14T02:56:56Z",
        "68c8a1",
    )


@pytest.mark.parametrize(
    "url", ["", "https://evil.example/logs/query;query=x", "https://console.cloud.google.com/run"]
)
def test_other_page_is_rejected(url: str) -> None:
    with pytest.raises(ValueError, match="Logs Explorer"):
        parse_logs_explorer_url(url)


def test_invalid_time_is_rejected() -> None:
    with pytest.raises(ValueError, match="RFC 3339"):
        logs_explorer_url("shop", "x", "yesterday")


def test_lone_surrogate_does_not_break_a_link() -> None:
    assert parse_logs_explorer_url(logs_explorer_url("shop", "a\ud800b", AT, "\udfff")) == (
        "shop",
        "a?b",
        AT,
        "?",
    )
