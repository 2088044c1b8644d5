"""Patterns of rules in RE2 syntax match the same subjects."""

import re

import pytest

from triage.alerts.re2_pattern import Anchors, contains_always, escape, parts_between_spaces, to_re2
from triage.lql.re2_translation import RegexError
from triage.lql.regex import compile_regex
from triage.models import Rule
from triage.pipeline import load_packs
from triage.text import subject

LINE = Anchors(r"\A")
WHOLE = Anchors(r"\A", in_lines=False)


def found(pattern: str, text: str) -> bool:
    return compile_regex(f"(?m){pattern}").matches(text)


def test_shipped_patterns_match_their_hits_and_not_their_misses() -> None:
    def differs(rule: Rule, line: str) -> bool:
        text = line if rule.multiline else subject(line)
        try:
            matches = found(to_re2(rule.pattern, WHOLE if rule.multiline else LINE), text)
        except RegexError:
            return False  # only google-re2 runs it
        return matches is not bool(re.search(rule.pattern, text, re.ASCII))

    rules = [rule for pack in load_packs() for rule in pack.rules]
    assert [rule.id for rule in rules for line in (*rule.hits, *rule.misses) if differs(rule, line)] == []


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        (
            r"^port (?P<port>\d{2,5}) of (?:a|b)$",
            r"\Aport \d{2,5} of [ab](?:[ \t\r\f\v]|\x1b\[[\d;]{0,12}m)*$",
        ),
        (r"a[^b]c", r"a[^b\n]c"),
        (r"a\s+[\s,]b\Wc", r"a[ \t\r\f\v]+[ \t\r\f\v,]b[^\w\n]c"),
        (r"(?i)path: /x", r"(?i:p)(?i:a)(?i:t)(?i:h): /(?i:x)"),
        (r"(?s)a.b", r"a.b"),
        (r"\\\[\]\.", r"\\\[\]\."),
        (r"(?:ab){0,3}?c*?", r"(?:ab){0,3}?c*?"),
        (r"\bx\B", r"\bx\B"),
    ],
)
def test_patterns_of_lines_read_no_line_break(pattern: str, written: str) -> None:
    assert to_re2(pattern, LINE) == written


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        (r"(?s)^a.b$", r"\Aa(?s:.)b\n?\z"),
        (r"(?m)^a$", r"(?:^|\A)a$"),
        (r"a[^b]\s", r"a[^b]\s"),
    ],
)
def test_patterns_of_whole_messages_read_line_breaks(pattern: str, written: str) -> None:
    assert to_re2(pattern, WHOLE) == written


def test_what_may_precede_a_text_is_not_part_of_it() -> None:
    behind = Anchors(r"\A", behind_colon=True)
    assert to_re2(r"[: ]spec\.\w+", behind) == r"(?:\A|[: ])spec\.\w+"
    assert to_re2(r"[^ ]spec", behind) == r"[^ \n]spec"


def test_one_group_can_be_kept() -> None:
    assert to_re2(r"(?P<a>x)(?P<b>\d+)(y)", LINE, keep_group="b") == r"x(\d+)y"


def test_texts_that_every_match_contains_are_known() -> None:
    assert contains_always(r"^(?:a )?no (?P<what>space) left$", "no space left")
    assert not contains_always(r"no (?:space|room) left", "no space left")
    assert not contains_always(r"(?i)no space", "no space")
    assert not contains_always(r"(?:no space)?", "no space")


def test_parts_between_spaces_hold_no_space() -> None:
    assert parts_between_spaces(r"^(?P<m>GET) (?P<p>/\S+) 5\d\d$") == ["GET", r"/\S+", r"5\d\d"]
    assert parts_between_spaces(r"^GET /x (?:\d+ )?y$") is None


@pytest.mark.parametrize("text", ['a.b*c\\d"[e]{f}', "tab\tand\nline", "ünï [x] ^$"])
def test_escaped_texts_match_themselves(text: str) -> None:
    assert found(rf"\A{escape(text)}\z", text)
    assert not found(rf"\A{escape(text)}\z", f"{text}x")
