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


def test_line_to_keep_stays_between_the_beginning_and_the_last_frame() -> None:
    frames = "\tat example.shop.Oven.heat(Oven.java:12)\n" * 30
    cause = "Caused by: example.shop.OvenCold: no heat"
    cut = excerpt(f"Application run failed\n{frames}{cause}\n\t... 31 more", 600, keep=cause)
    assert cut.startswith("Application run failed\n\tat")
    assert cut.endswith(f"\n...\n{cause}\n...\n\t... 31 more")


@given(st.text(max_size=300), st.integers(30, 200), st.text(max_size=300))
def test_excerpt_is_within_its_limit(message: str, most: int, keep: str) -> None:
    assert len(excerpt(message, most, keep)) <= most
