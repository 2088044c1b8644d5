"""Results by text are remembered in bounded memory."""

import pytest

from triage.text import LONGEST_REMEMBERED, remember_texts
from triage.text.remembered import _CHARACTERS, _OVERHEAD

#: Short texts of one digit or more that fit into each of the two sets, at most.
_TEXTS = _CHARACTERS // (_OVERHEAD + 1)


class Calls:
    """A function of a text that counts how often it is called."""

    def __init__(self) -> None:
        """Begin without a call."""
        self.count = 0

    def __call__(self, _text: str, *_others: int) -> int:
        """Return how many calls there were."""
        self.count += 1
        return self.count


@pytest.mark.parametrize("length", [0, 1, 1025, LONGEST_REMEMBERED])
def test_result_of_a_text_is_computed_once(length: int) -> None:
    remembered = remember_texts(Calls())
    assert [remembered("x" * length, number) for number in (1, 1, 2)] == [1, 1, 2]


def test_very_long_text_is_not_remembered() -> None:
    remembered = remember_texts(Calls())
    assert [remembered("x" * (LONGEST_REMEMBERED + 1)) for _ in range(2)] == [1, 2]


def test_text_that_nobody_asks_for_is_forgotten() -> None:
    remembered = remember_texts(Calls())
    for number in range(2 * _TEXTS):
        remembered(str(number))
    assert remembered("0") == 2 * _TEXTS + 1


def test_text_that_is_asked_for_again_is_kept() -> None:
    remembered = remember_texts(Calls())
    for number in range(4 * _TEXTS):
        remembered(str(number))
        assert remembered("0") == 1


def test_result_of_another_process_is_learnt() -> None:
    calls = Calls()
    remembered = remember_texts(calls)
    assert remembered.learn(7, "text", 1)
    assert remembered.learn(7, "text", 2)
    assert not remembered.learn(7, "text", 1)
    assert (remembered("text", 1), calls.count) == (7, 0)


def test_text_that_is_asked_for_once_is_not_remembered() -> None:
    remembered = remember_texts(Calls())
    assert [remembered.compute("text") for _ in range(2)] == [1, 2]
    assert remembered.learn(7, "text")
