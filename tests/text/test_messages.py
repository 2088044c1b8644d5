"""The subject of a message is independent of its marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.text import quotes, subject, summary_line

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


@pytest.mark.parametrize("mark", ["[U+FE0F]  ", "⚠️  ", "? ", "[U+26A0][U+FE0F] "])
@pytest.mark.parametrize("word", ["WARNING", "PASS", "FAIL"])
def test_mark_after_an_outcome_word_is_removed(word: str, mark: str) -> None:
    assert (
        subject(f"    {word}: {mark}redis: Failed (non-critical)") == f"{word}: redis: Failed (non-critical)"
    )


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


def test_summary_line_is_the_first_line_or_the_error_of_a_traceback() -> None:
    assert summary_line("panic: index out of range\n\ngoroutine 1 [running]:") == "panic: index out of range"
    trace = "Traceback (most recent call last):\n  File \"a.py\", line 3\nKeyError: 'tariff'\n"
    assert summary_line(trace) == "KeyError: 'tariff'"


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ("The application printed `disk full`", "disk full\n  at write (a.js:3:1)"),
        ("The application printed `a very long li…`", "a very long line of a log"),
        ("The application printed `Fatal: no room`", "Fatal:  no room\nStack trace:"),
        (
            "The application printed `Forbidden: … no acc…`",
            "Forbidden: 403 GET https://a.example/b: no access",
        ),
    ],
)
def test_sentence_quotes_a_message_by_its_first_line(says: str, message: str) -> None:
    assert quotes(says, message)


def test_sentence_about_a_message_does_not_quote_it() -> None:
    assert not quotes("The application printed `disk full`", "no room")
    assert not quotes("The application printed `Forbidden: … no access`", "Forbidden: no room")
    assert not quotes("The container exited with code 1", "Container called exit(1).")
