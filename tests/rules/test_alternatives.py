"""The alternatives of a pattern that no line proves are found."""

import pytest

from triage.rules.alternatives import named_group, unproved_alternatives


@pytest.mark.parametrize(
    ("pattern", "lines", "unproved"),
    [
        (r"^(?:a|b(?:c|d))e", ["ae", "bce"], ["d"]),
        (r"^(?:a|b(?:c|d))e", ["ae", "bce", "bde"], []),
        (r"(?s)x|y", ["x"], ["y"]),
        (r"[|(]a\||b", ["|a|"], ["b"]),
        (r"^ab|abc$", ["abc"], []),
        (r"(?i)(?:ab|abc)", ["ABC"], []),
        (r"^(?P<check>redis|kafka) (?:ok|)$", ["redis ok", "redis "], ["kafka"]),
        (r"^no alternative", [], []),
        (r"a|b", [], ["a", "b"]),
    ],
)
def test_alternative_is_proved_by_a_line_that_needs_it(
    pattern: str, lines: list[str], unproved: list[str]
) -> None:
    assert sorted(unproved_alternatives(pattern, lines)) == unproved


@pytest.mark.parametrize(
    ("pattern", "group"),
    [
        (r"^check (?P<check>\w+) ok", r"\w+"),
        (r"(?i)(?P<check>(?:a|b\))[)]) ok", r"(?:a|b\))[)]"),
        (r"^check (\w+) ok", None),
    ],
)
def test_text_of_a_named_group_is_found(pattern: str, group: str | None) -> None:
    assert named_group(pattern, "check") == group
