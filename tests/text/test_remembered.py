"""Results by text are remembered in bounded memory."""

import pytest

from triage.text import remember_texts
from triage.text.remembered import _LONGEST, _SHORT, _SHORT_TEXTS


class Calls:
    """A function of a text that counts how often it is called."""

    def __init__(self) -> None:
        """Begin without a call."""
        self.count = 0

    def __call__(self, _text: str, *_others: int) -> int:
        """Return how many calls there were."""
        self.count += 1
        return self.count


@pytest.mark.parametrize("length", [0, 1, _SHORT, _SHORT + 1, _LONGEST])
def test_result_of_a_text_is_computed_once(length: int) -> None:
    remembered = remember_texts(Calls())
    assert [remembered("x" * length, number) for number in (1, 1, 2)] == [1, 1, 2]


def test_very_long_text_is_not_remembered() -> None:
    remembered = remember_texts(Calls())
    assert [remembered("x" * (_LONGEST + 1)) for _ in range(2)] == [1, 2]


def test_oldest_text_is_forgotten() -> None:
    calls = Calls()
    remembered = remember_texts(calls)
    for number in range(_SHORT_TEXTS + 1):
        remembered(str(number))
    assert remembered("0") == _SHORT_TEXTS + 2
