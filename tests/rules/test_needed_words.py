"""Words that a text needs leave out only patterns that do not match it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.rules import load_packs
from triage.rules.needed_words import holds_needed_words, needed_words

PATTERNS = [
    r"(?s)^.*File \"(?P<file>\w+)\", in .*\n(?P<error>(?:NameError|TypeError)(?:: [^\n]{1,9})?)$",
    r"(?:refused|(?:time|timed) out)+ twice",
    r"(?:once|twice)? before(?: again){0,2}(?: after){2}",
    r"(?i:error) Error (?-i:ERROR)",
    r"[ab]cde[fg]hijk|lmno",
    r"^\d+ lines?\.$",
]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (PATTERNS[0], (('File "',), ('", in ',), ("NameError", "TypeError"))),
        (PATTERNS[2], ((" before",), (" after",))),
        (r"(?i)error at start", ()),
        (r"(?:refused|\d+)", ()),
        (r"(?:a longer|short) (?:text|\w+)", (("a longer", "short"),)),
    ],
)
def test_words_are_those_that_every_match_holds(pattern: str, words: tuple[tuple[str, ...], ...]) -> None:
    assert needed_words(pattern) == words


@given(st.sampled_from(PATTERNS).flatmap(lambda pattern: st.tuples(st.just(pattern), st.from_regex(pattern))))
def test_text_that_matches_holds_the_words(example: tuple[str, str]) -> None:
    pattern, text = example
    if re.search(pattern, text, re.ASCII):
        assert holds_needed_words(text, needed_words(pattern))


def test_hits_of_rules_hold_the_words_of_their_patterns() -> None:
    for rule in (rule for pack in load_packs() for rule in pack.rules):
        for hit in rule.hits:
            assert holds_needed_words(hit, needed_words(rule.pattern)), rule.id


def test_text_without_one_of_the_words_does_not_hold_them() -> None:
    needed = needed_words(PATTERNS[0])
    assert holds_needed_words('File "shop", in pay\nTypeError', needed)
    assert not holds_needed_words('File "shop", in pay\nValueError', needed)
