"""Hints say which searches can find something in a text."""

import pytest

from triage.text import Hints


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("", 0b100),
        ("one", 0b101),
        ("two", 0b111),
        ("once upon a time: one, two", 0b111),
        ("onetwo", 0b111),
        ("One", 0b100),
        ("one \ud800", 0b101),
    ],
)
def test_searches_with_a_literal_in_the_text_are_found(text: str, bits: int) -> None:
    assert Hints([("one", "two"), ("two",), ()]).find(text) == bits


def test_literal_within_another_is_found_too() -> None:
    assert Hints([("not found",), ("found",)]).find("not found") == 0b11
