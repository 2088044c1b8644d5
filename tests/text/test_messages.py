"""The subject and the template of a message are independent of its marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.text import message_template, subject

SAID = "RACE CONDITION DETECTED: Startup phase 'cache' did not reach 'services'"


@pytest.mark.parametrize(
    "mark",
    [
        "", "🔴 ", "[🔴] ", "? ", "[?] ", "[U+1F534] ", "   ", "    ⚠️ ", "✅ ", "[U+26A0][U+FE0F] ", "👨‍💻 ",
        "?? ", " SEARCH:  ", " CYCLE:  ", "SEARCH: ", " ALERT:  ", " CHART: ", " TARGET: ", "ℹ️ ", "🔴",
        "  [U+2713] ", "🔴 [U+1F534] ? ", "\ufeff", "\ud83d\udd34 ", "\x85 ",
    ],
)  # fmt: skip
def test_marks_of_every_service_version_are_removed(mark: str) -> None:
    assert subject(mark + SAID) == SAID


@pytest.mark.parametrize(
    "emoji", ["🔴", "✅", "❌", "⚠️", "🔄", "🚫", "⏰", "💥", "📋", "[🚫]", "[🔴]", "🔍", "🟢"]
)
@pytest.mark.parametrize("errors", ["replace", "ignore"])
def test_mojibake_of_a_mark_is_removed(emoji: str, errors: str) -> None:
    assert subject(emoji.encode().decode("cp1252", errors) + " " + SAID) == SAID
    assert subject(emoji.encode().decode("latin-1") + " " + SAID) == SAID


@pytest.mark.parametrize(
    "text",
    [
        "PASS: database: Ready in 0.00s",
        "FAIL:  Failed at Phase: WEBSOCKET",
        "WARNING: redis: Not ready",
        "CRITICAL: Enhanced middleware setup failed",
        "[MAIN MODE] Message loop error",
        "[11] worker exits",
        "?query=1",
        "TARGETS: 3",
        "SEARCHING for a revision",
        "Überprüfung",
        "",
    ],
)
def test_meaningful_words_are_kept(text: str) -> None:
    assert subject(text) == text


def test_only_the_first_line_is_the_subject() -> None:
    assert subject("🔴 refused\nPASS: everything") == "refused"
    assert subject("\nPASS: everything") == ""


def test_subject_is_at_most_eight_kibibytes() -> None:
    assert len(subject("x" * 100_000)) == 8192
    assert subject(" " * 9000 + "x") == ""


@given(st.text())
def test_subject_has_no_marks(message: str) -> None:
    once = subject(message)
    assert subject(once) == once
    assert "\n" not in once


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (["GET /users/42 took 1.5s", "GET /users/7 took 12s"], "GET /users/<n> took <n>s"),
        (
            ["User 'ada' not found in session 3f2b8c1d9e", "User 'bob' not found in session 00aa11bb22"],
            "User <text> not found in session <id>",
        ),
        (
            ["job 123e4567-e89b-12d3-a456-426614174000 lost", "job 00000000-e89b-12d3-a456-42661417400a lost"],
            "job <id> lost",
        ),
        (
            ["no answer from 10.1.2.3:6379 at 2025-09-16T01:02:03.5Z", "no answer from 10.1.2.4:1 at 2025-09-16 01:02:03"],
            "no answer from <host> at <time>",
        ),
        (["cannot reach https://a.example/x?y=1", "cannot reach postgresql://b"], "cannot reach <url>"),
        (["🔴 shop-00041-abc: 3 of 7", "[?] shop-00042-xyz: 1 of 9"], "shop-<revision>: <n> of <n>"),
        (["mail to ada@example.org bounced", "mail to b.c@example.com bounced"], "mail to <email> bounced"),
        (["thread_17 is gone", "thread_18 is gone"], "thread_<n> is gone"),
    ],
)  # fmt: skip
def test_messages_of_one_log_statement_have_one_template(messages: list[str], expected: str) -> None:
    assert {message_template(message) for message in messages} == {expected}


def test_names_with_digits_are_not_numbers() -> None:
    assert message_template("us-central1 v2 utf8 P0 don't") == "us-central1 v2 utf8 P0 don't"


def test_template_of_a_traceback_is_that_of_its_last_line() -> None:
    text = 'Traceback (most recent call last):\n  File "/app/x.py", line 3, in f\n    g(1)\nKeyError: 17\n'
    assert message_template(text) == "KeyError: <n>"
    assert message_template("Traceback (most recent call last):") == "Traceback (most recent call last):"


@given(st.text())
def test_template_length_is_bounded(message: str) -> None:
    assert len(message_template(message)) <= 8192 * len("<revision>")


@pytest.mark.parametrize("char", ["a", "1", '"', "'", "`", "?", "@", "🔴", "é", '\\"', "a1", ".", "[", " "])
def test_hostile_text_is_processed_in_bounded_time(char: str) -> None:
    assert isinstance(message_template(char * 65_536), str)
