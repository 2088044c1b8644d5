"""A line that no rule of a pack matches is explained."""

import msgspec
import pytest

from tests.runs.logs import entry, text_line
from triage.models import Pack, Rule
from triage.rules.alternatives import top_level_prefixes
from triage.rules.line_test import PackTester

RULE = Rule(
    id="stock-low",
    literal="stock",
    pattern=r"^stock of (?P<item>\w+) is (?:low|out)\b",
    hits=["stock of tea is low"],
    misses=["the stock"],
)


def reasons(message: str, service: str = "shop", **changes: object) -> list[str]:
    """Return why the rule with some changes does not match a line."""
    pack = Pack(id="own", services=["shop"], rules=[msgspec.structs.replace(RULE, **changes)])
    return PackTester(pack).test(entry(text_line(0, message, service=service))).reasons


def test_line_that_matches_gives_its_captures() -> None:
    found = PackTester(Pack(id="own", rules=[RULE])).test(entry(text_line(0, "stock of tea is out")))
    assert (found.rule, found.fields, found.reasons) == ("stock-low", {"item": "tea"}, [])


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("shelf", "the line holds the literal of no rule"),
        (
            "stock of tea is fine",
            r"stock-low: the pattern reads 'stock of tea is ', then needs (?:low|out)\b",
        ),
        (
            "my stock of tea",
            r"stock-low: the pattern begins with something else: ^stock of (?P<item>\w+) is (?:low|out)\b",
        ),
        (
            "shelf\nstock of tea is low",
            "stock-low: its literal is not on the first line; multiline = true reads the whole message",
        ),
    ],
)
def test_reason_is_where_the_pattern_stops(message: str, why: str) -> None:
    assert reasons(message) == [why]


def test_line_of_another_service_log_or_logger_is_explained() -> None:
    line = "stock of tea is low"
    assert reasons(line, service="edge") == ["the pack is for shop, and edge printed the line"]
    assert reasons(line, log="varlog/system") == [
        "stock-low: the log is stderr, and the rule reads varlog/system"
    ]


@pytest.mark.parametrize(
    ("pattern", "prefixes"),
    [
        (r"^ab(?:c|d)+e", ["^", "^a", "^ab", "^ab(?:c|d)+"]),
        (r"a|b", []),
        (r"\d{2}[)]x", [r"\d{2}", r"\d{2}[)]"]),
    ],
)
def test_beginnings_of_a_pattern_are_patterns(pattern: str, prefixes: list[str]) -> None:
    assert [pattern[:end] for end in top_level_prefixes(pattern)] == prefixes
