"""Text for a terminal, a path and a filter."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from triage.lql import parse
from triage.lql.tree import Comparison, Literal
from triage.text import clean, escape_ci_commands, filename, quote

anything = st.text(st.characters(exclude_categories=[]))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("a\x9b31mb", "a\\x9b31mb"),
        ("abc\u202edef\u2066", "abc\\u202edef\\u2066"),
        ("a\u200bb\ufeff\u00ad", "a\\u200bb\\ufeff\\xad"),
        ("one\u2028PASS: two\x85\r", "one\\u2028PASS: two\\x85\\x0d"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("⚠️ ✅ 日本語\tä\n", "⚠️ ✅ 日本語\tä\n"),
    ],
)
def test_control_and_invisible_characters_are_escaped(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("::error::forged", "\\::error::forged"),
        ("   ::add-mask::x", "   \\::add-mask::x"),
        ("it says ::error::x", "it says ::error::x"),
        ("a ##[error]x ##vso[a.b]x", "a #\\#[error]x #\\#vso[a.b]x"),
        ("###[group]", "##\\#[group]"),
        ("## heading, std::string", "## heading, std::string"),
    ],
)
def test_ci_command_is_escaped_with_a_backslash(line: str, shown: str) -> None:
    assert escape_ci_commands(line) == shown
    assert escape_ci_commands(shown) == shown


@given(anything)
def test_clean_text_has_no_control_format_or_surrogate_characters(text: str) -> None:
    shown = clean(text)
    categories = {unicodedata.category(char) for char in shown if char not in "\n\t"}
    assert not categories & {"Cc", "Cs", "Zl", "Zp"}
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b-\u200f\U000e0000-\U000e007f]", shown)
    assert clean(shown) == shown
    shown.encode("utf-8")


@given(anything)
def test_any_name_becomes_one_path_part(name: str) -> None:
    part = filename(name)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", part)
    assert (Path("out") / part).parent == Path("out")


@pytest.mark.parametrize(
    "name", ["..", "/etc/passwd", "con", "lpt1", "-rf", "", "A", "x" * 64, "a/b", "\ud800"]
)
def test_unsafe_name_is_hashed(name: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", filename(name))
    assert filename("shop-00041-abc") == "shop-00041-abc"


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("68e62f20\x00")
@example("\u3164\u115f")
def test_any_value_can_be_quoted_and_is_read_back(value: str) -> None:
    quoted = quote(value)
    assert clean(quoted) == quoted
    assert not set(quoted) & {"\n", "\t"}
    comparison = parse(f"insertId={quoted}").root
    assert isinstance(comparison, Comparison)
    assert isinstance(comparison.value, Literal)
    assert comparison.value.text == value


def test_value_cannot_escape_its_quotes() -> None:
    assert quote('x" OR true OR "') == r'"x\" OR true OR \""'
    assert quote("a\\") == r'"a\\"'
    assert quote("a\x00\ud800") == r'"a\000\ud800"'
