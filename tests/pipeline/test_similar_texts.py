"""Notes of texts that differ in identifiers only are copied where nothing else in them differs."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.failures.entries import decoded, packs, printed
from triage.models import Entry
from triage.pipeline.compiled_packs import CompiledPacks
from triage.pipeline.failure_recognizer import FailureRecognizer
from triage.pipeline.similar_texts import SimilarTexts
from triage.pipeline.text_notes import TextNotes

COMPILED = CompiledPacks(packs())
HITS = sorted({hit for pack in packs() for rule in pack.rules for hit in rule.hits})
#: As many texts of a kind as are worked out: the first one and those that are compared with it.
WORKED_OUT = 17
HEX = st.text("0123456789abcdef", min_size=10, max_size=10).map("a1{}".format)
IDS = st.uuids().map(str)
ENTRY = decoded(printed(0, "", severity="ERROR"))


def take(texts: Sequence[Any], **entry: Any) -> list[bytes]:
    """Return the notes of texts, as one worker takes them one after another."""
    notes = TextNotes(COMPILED, FailureRecognizer(COMPILED))
    return [notes.take([decoded(printed(0, text, **entry))])[0] for text in texts]


def identifiers(count: int) -> list[str]:
    """Return so many identifiers of one length."""
    return [f"{number:04d}c0ffee{number * 7:06d}" for number in range(count)]


@given(
    st.sampled_from(HITS),
    st.integers(0),
    st.sampled_from([HEX, IDS]).flatmap(partial(st.lists, min_size=20, max_size=20, unique=True)),
    st.sampled_from(["ERROR", "DEFAULT"]),
)
def test_copied_notes_are_those_that_are_worked_out(
    hit: str, place: int, names: list[str], severity: str
) -> None:
    words = hit.split(" ")
    place %= len(words) + 1
    texts = [" ".join([*words[:place], name, *words[place:]]) for name in names]
    copied = take(texts, severity=severity)
    assert copied == [take([text], severity=severity)[0] for text in texts]


def test_reason_of_a_structured_payload_is_copied_with_its_identifier() -> None:
    said = [
        {"message": "order failed", "error": f"ValueError: {name} has no price"} for name in identifiers(20)
    ]
    assert take(said, severity="ERROR") == [take([text], severity="ERROR")[0] for text in said]


def test_no_rule_is_tried_on_a_text_of_a_known_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = CompiledPacks(packs())
    notes = TextNotes(compiled, FailureRecognizer(compiled))
    *first, last = [
        decoded(printed(0, f"ValueError: order {name} has no price", severity="ERROR"))
        for name in identifiers(WORKED_OUT + 1)
    ]
    for entry in first:
        notes.take([entry])

    def fail(*_arguments: Any) -> None:
        raise AssertionError("a rule is tried")

    monkeypatch.setattr(compiled.index, "search", fail)
    assert notes.take([last])[0]


def learn(texts: SimilarTexts, text: str, notes: bytes, entry: Entry = ENTRY) -> bytes | None:
    """Return the notes that are copied for a text; else learn those that are worked out."""
    found = texts.find(replace(entry, message=text), text, "")
    assert found is not None
    copied = found.copy_notes()
    if copied is None:
        found.learn(notes)
    return copied


def test_notes_that_depend_on_an_identifier_are_never_copied() -> None:
    texts = SimilarTexts()
    for name in identifiers(3 * WORKED_OUT):
        assert learn(texts, f"code {name}", f"code {name[:4]}".encode()) is None


def test_notes_that_one_identifier_changes_are_not_copied() -> None:
    texts = SimilarTexts()
    *others, last = identifiers(WORKED_OUT)
    for name in others:
        learn(texts, f"code {name}", f"code {name}".encode())
    learn(texts, f"code {last}", b"another cause")
    assert learn(texts, f"code {identifiers(WORKED_OUT + 1)[-1]}", b"") is None


def test_identifiers_are_copied_to_where_they_stood() -> None:
    texts = SimilarTexts()
    names = identifiers(2 * WORKED_OUT + 2)
    pairs = list(zip(names[::2], names[1::2], strict=True))
    *first, last = [learn(texts, f"{a} of {b}", f"{b}, {a}, {b}".encode()) for a, b in pairs]
    assert (first, last) == ([None] * WORKED_OUT, f"{pairs[-1][1]}, {pairs[-1][0]}, {pairs[-1][1]}".encode())


def test_one_identifier_twice_is_another_kind_than_two() -> None:
    texts = SimilarTexts()
    for name in identifiers(WORKED_OUT):
        learn(texts, f"{name} is not {name}", name.encode())
    first, second = identifiers(2)
    assert learn(texts, f"{first} is not {second}", b"") is None


@pytest.mark.parametrize("other", [{"service": "cart"}, {"logger": "shop.orders"}, {"severity": "WARNING"}])
def test_another_speaker_or_level_is_another_kind(other: dict[str, Any]) -> None:
    texts = SimilarTexts()
    *first, last = identifiers(WORKED_OUT + 1)
    for name in first:
        learn(texts, f"order {name}", b"")
    assert learn(texts, f"order {last}", b"", replace(ENTRY, **other)) is None
    assert learn(texts, f"order {last}", b"") == b""
