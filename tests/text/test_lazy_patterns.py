"""A lazy pattern finds what the compiled one finds, and is compiled when it is first used."""

import copy
import re

import pytest

from triage.text import lazy_pattern


def test_lazy_pattern_finds_what_the_compiled_one_finds() -> None:
    pattern = "(?P<word>[a-z]+)"
    lazy, compiled = lazy_pattern(pattern, re.IGNORECASE), re.compile(pattern, re.IGNORECASE)
    for text in ("Stock of hats", "", "42"):
        assert lazy.findall(text) == compiled.findall(text)
        assert lazy.sub("-", text) == compiled.sub("-", text)
    assert lazy.groupindex == compiled.groupindex


def test_pattern_is_compiled_when_it_is_first_used() -> None:
    lazy = lazy_pattern("(")
    with pytest.raises(re.error):
        lazy.search("x")


def test_copy_of_a_lazy_pattern_finds_the_same() -> None:
    assert copy.deepcopy(lazy_pattern("a+")).findall("aab") == ["aa"]
