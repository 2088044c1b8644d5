"""Groups that a backtracking engine reads in exponentially many ways are found, and only those."""

import re

import pytest

from triage.rules.ambiguity import has_exponential_repeat
from triage.rules.patterns import is_fast


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(\w+\s?)*$",
        r"(a*)+",
        r"(?:a{2,})*",
        r"(?:a|b*){1,}",
        r"(?:a|aa)+$",
        r"(?:a?b?)*",
        r"(?:[a-z]+[.-]?)*[a-z]+",
        r"(?:é|é)*",
        r"(?:a|b|ab)*c",
        r"(?s)(?:.\n|.)*",
        r"(?:(?:a|b){1,2}c?)*",
        r"(?:x\b|x)*",
        r"(?:(?:a)?(?:a)?){4,9}",
        r"(?:x?){40}x*",
        r"(?:(?:x?){5}y)*",
        r"lit(?:x|x)*!",
        r"lit(?:x{1,30}){1,30}!",
        r"(?i:(?:[a-f]+x|A)+)b(?:\d+|\w)*!",
    ],
)
def test_repeat_with_several_ways_to_read_one_text_is_found(pattern: str) -> None:
    assert has_exponential_repeat(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"((a+)b)*",
        r"(a+)?",
        r"(a+){0,3}",
        r"(\(a+\))",
        r"[(]a+[)]*",
        r"\(a+\)*",
        r"[^]*)]+x",
        r"(?:ab)*c+",
        r"(?:a|A)*",
        r"(?:\d{1,3}\.){3}\d{1,3}",
        r"(?:[a-z]+[.-])*[a-z]+",
        r"(?:\w+ ){4}x",
        r"(?:ab|a)(?:b|c)",
        r"(?:.\n|.)*x",
        r"(?:^|a)*",
        r"(?:x?){3}x*",
    ],
)
def test_repeat_with_one_way_to_read_a_text_is_accepted(pattern: str) -> None:
    assert not has_exponential_repeat(pattern)


def test_group_that_is_too_large_to_be_read_is_refused() -> None:
    assert has_exponential_repeat(f"(?:{'ab' * 300})*")


@pytest.mark.parametrize(
    ("pattern", "fast"),
    [
        (r"^x[y-z]{0,200}[y-z]{0,200}[y-z]{0,200}[y-z]{0,200}!", False),
        (r"lit.*foo.*foo.*foo.*bar$", False),
        (r"^lit(?P<path>/[^ ]{1,200}) (?P<status>\d{3})$", True),
        (r"^lit.*foo", True),
    ],
)
def test_pattern_that_is_slow_on_a_hostile_line_is_found(pattern: str, fast: bool) -> None:  # noqa: FBT001 (a parameter of the table)
    assert is_fast(re.compile(pattern, re.ASCII), "lit") is fast
