"""An excerpt keeps the beginning of a message and the line with the error."""

from hypothesis import given
from hypothesis import strategies as st

from triage.text import excerpt


def test_last_line_of_a_long_traceback_is_kept() -> None:
    frames = '  File "/app/shop/main.py", line 12, in start\n    connect()\n' * 30
    cut = excerpt(f"Traceback (most recent call last):\n{frames}RuntimeError: no database", 600)
    assert cut.startswith("Traceback (most recent call last):\n  File")
    assert cut.endswith("\n...\nRuntimeError: no database")
    assert len(cut) == 600


def test_short_message_is_kept_and_long_line_keeps_its_beginning() -> None:
    assert excerpt("ready\nin 2 s", 600) == "ready\nin 2 s"
    assert excerpt("x" * 700, 600) == "x" * 600


@given(st.text(max_size=300), st.integers(30, 200))
def test_excerpt_is_within_its_limit(message: str, most: int) -> None:
    assert len(excerpt(message, most)) <= most
