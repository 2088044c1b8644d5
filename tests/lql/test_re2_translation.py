"""RE2 patterns on Python's ``re``: the same matches, or a rejection."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from triage.lql import regex
from triage.lql.re2_translation import RegexError, translate
from triage.lql.regex import compile_regex, compile_with_re

pieces = st.sampled_from(
    ["a", "b", "A", ".", "*", "+", "?", "|", "(", ")", "[", "]", "^", "$", "-", "\\d", "\\W", "\\s", "\\b", "\\B", "{2}",
     "{1,}", "{,3}", "\n", "(?i)", "(?s)", "(?m:", "(?:", "(?P<n>", "(?<n>", "\\A", "\\z", "\\Z", "[^", "[[:alpha:]]",
     "[[:^digit:]]", "\\x41", "\\x{e9}", "\\n", "é", "K", "ſ", "\\.", "\\Q", "\\E", "1", "(?U)", "\\101", "\\7", "(?i-s:",
     "[\\D\\n]", "\\pL", "(?=", "\\1", "\\C"]
)  # fmt: skip
patterns = st.lists(pieces, max_size=6).map("".join)
texts = st.sampled_from(
    ["", "a", "ab", "AB\n", "a\nb", "é", "1 a", "\u212a", "ſ", "K", "k", "_", "\n", "a-b", "aa", "aab]", "^a", "\x0b", " ",
     "(a)", "{,3}", "a{,3}", "b*", "\\", "bb1", "a\n", "aaaa", "É"]
)  # fmt: skip


def translated(pattern: str) -> regex.Regex | str:
    try:
        return compile_with_re(pattern)
    except RegexError as error:
        return str(error)


def with_re2(pattern: str) -> regex.Regex | str:
    pytest.importorskip("re2", reason="google-re2 is not installed: there is no wheel for this Python")
    try:
        return regex._compile_with_re2(pattern)
    except RegexError as error:
        return str(error)


@settings(max_examples=examples(600), deadline=None)
@given(patterns, texts)
def test_translated_patterns_match_like_re2(pattern: str, text: str) -> None:
    ours, theirs = translated(pattern), with_re2(pattern)
    if isinstance(ours, str) and "google-re2" in ours:
        return
    assert isinstance(ours, str) == isinstance(theirs, str)
    if isinstance(ours, regex.Regex) and isinstance(theirs, regex.Regex):
        assert ours.groups == theirs.groups
        assert ours.matches(text) is theirs.matches(text)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("a$", "a\n", False),
        ("(?m)a$", "a\nb", True),
        ("\\s", "\x0b", False),
        ("\\d", "٣", False),
        ("(?i)straße", "STRAßE", True),
        ("a(?i)b|c", "aB", True),
        ("a(?i)b|c", "C", True),
        ("\\Qa.b\\E", "axb", False),
        ("x{,2}", "x{,2}", True),
        ("(?U)a+", "aa", True),
        ("[[:upper:]][^[:digit:]]", "Ab", True),
        ("(?s).", "\n", True),
        (".", "\n", False),
    ],
)
def test_syntax_that_differs_between_engines_is_rewritten(pattern: str, text: str, found: bool) -> None:  # noqa: FBT001
    assert compile_with_re(pattern).matches(text) is found
    theirs = with_re2(pattern)
    assert isinstance(theirs, regex.Regex)
    assert theirs.matches(text) is found


@pytest.mark.parametrize(
    "pattern",
    ["(?=a)", "(?<!a)", "(?>a)", "(a)\\1", "a++", "a**", "(", ")", "[", "[b-a]", "\\y", "a{1001}", "a{2,1}", "*", "(?P=n)",
     "[[:nope:]]", "\\x{110000}", "(?#c)", "(?P<>a)", "\\8", "\\"],
)  # fmt: skip
def test_patterns_invalid_in_re2_are_rejected(pattern: str) -> None:
    assert isinstance(with_re2(pattern), str)
    with pytest.raises(RegexError):
        compile_with_re(pattern)


@pytest.mark.parametrize(
    "pattern", ["(a+)+", "(\\w+\\s?)*$", "((a*)b)*", "\\pL", "[\\p{Greek}]", "(a{2,}){2}", "\\C"]
)
def test_patterns_that_need_google_re2_are_rejected_with_a_hint(pattern: str) -> None:
    with pytest.raises(RegexError, match=r'pip install "cloudrun-triage\[re2\]"'):
        translate(pattern)


def test_deeply_nested_groups_are_rejected() -> None:
    with pytest.raises(RegexError, match="nested too deeply"):
        translate("(" * 5000 + ")" * 5000)


def test_the_translation_is_used_without_google_re2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    compile_regex.cache_clear()
    try:
        assert compile_regex("a(?i)b").matches("aB")
        assert compile_regex("(x+)y").capture("xxy") == "xx"
        with pytest.raises(RegexError):
            compile_regex("(?=a)")
    finally:
        compile_regex.cache_clear()


def test_a_lone_surrogate_does_not_crash_either_engine() -> None:
    assert compile_with_re("a").matches("\ud800a")
    theirs = with_re2("(.)a")
    assert isinstance(theirs, regex.Regex)
    assert theirs.matches("\ud800a")
    assert theirs.capture("éa") == "é"
