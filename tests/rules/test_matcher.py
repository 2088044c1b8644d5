"""A line is recognised by the first rule that fits, and every pattern means the same to RE2."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.logs import PACKS, VALIDATOR, entry, platform, printed, said
from triage.models import Entry, Event, Pack, Rule
from triage.rules import Matcher
from triage.rules.matcher import Subject, match_rule
from triage.text import SUBJECT_LIMIT

RULES = [(pack, rule) for pack in PACKS for rule in pack.rules]
SAMPLES = [sample for _, rule in RULES for sample in (*rule.hits, *rule.misses)]
MATCHER = Matcher(PACKS)
TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=300)


def speaker(pack: Pack, rule: Rule, message: str) -> Entry:
    """Return an entry that may say what the rule is about."""
    made = entry(printed(0, "x", service="netra-backend-staging" if pack.services else "shop"))
    return msgspec.structs.replace(made, message=message, logger=rule.logger, log_name=rule.log)


def pack(*rules: Rule, services: tuple[str, ...] = (), name: str = "own") -> Pack:
    """Return a pack of some rules."""
    return Pack(id=name, title="Own", version=1, services=[*services], keywords=[], filter="", rules=[*rules])


def rule(name: str, pattern: str, literal: str = "stock", **more: str) -> Rule:
    """Return a rule without samples."""
    return msgspec.convert(
        {"id": name, "literal": literal, "pattern": pattern, "hits": [], "misses": []} | more, Rule
    )


def recognised(message: str, *packs: Pack, service: str = "shop", logger: str = "shop.orders") -> str | None:
    """Return the rule that recognises a line of a service."""
    event = Matcher(packs).match(entry(said(0, message, logger, service=service)))
    return f"{event.pack}/{event.rule}" if event else None


# ---------------------------------------------------------------- RE2


@pytest.fixture(scope="module")
def re2() -> Any:
    """Return google-re2, which has no wheel for the newest Python yet."""
    return pytest.importorskip("re2", reason="google-re2 is not installed")


def hostile() -> Iterator[str]:
    """Yield lines of 64 KiB such as somebody may write into a log."""
    for filler in (
        "a",
        "0",
        " ",
        "(",
        "'",
        "\\",
        "\n",
        "\N{HORSE}",
        *sorted({rule.literal for _, rule in RULES})[::12],
    ):
        yield (filler * 65536)[:65536]


@pytest.mark.parametrize("packs", PACKS, ids=lambda pack: pack.id)
def test_every_pattern_agrees_with_re2_on_every_sample_of_every_pack(packs: Pack, re2: Any) -> None:
    options = re2.Options()
    options.max_mem = 64 << 20
    subjects = [Subject.of(sample) for sample in SAMPLES]
    for one in packs.rules:
        pattern = re2.compile(one.pattern, options)
        for text in subjects:
            ours, theirs = match_rule(one, text), pattern.search(text.whole if one.multiline else text.line)
            assert (ours and (ours.span(), ours.groupdict())) == (
                theirs and (theirs.span(), theirs.groupdict())
            ), one.id


def test_every_pattern_agrees_with_re2_on_hostile_lines_and_looks_at_their_beginning_only(re2: Any) -> None:
    for line in hostile():
        text = Subject.of(line)
        assert max(len(text.line), len(text.whole)) <= SUBJECT_LIMIT
        for _, one in RULES[::3]:
            assert bool(match_rule(one, text)) == bool(
                re2.search(one.pattern, text.whole if one.multiline else text.line)
            )


def test_what_stands_behind_the_first_8_kib_is_not_looked_at() -> None:
    assert recognised("a" * SUBJECT_LIMIT + " stock", pack(rule("late", "stock"))) is None


# ---------------------------------------------------------------- which rule


def test_no_rule_that_ships_is_hidden_behind_another() -> None:
    hidden = [
        (one.id, event and event.rule)
        for pack, one in RULES
        for hit in one.hits
        if (event := MATCHER.match(speaker(pack, one, hit))) is None or event.rule != one.id
    ]
    assert hidden == []


def test_the_first_rule_of_the_first_pack_wins() -> None:
    wide, narrow = rule("wide", "^stock"), rule("narrow", "^stock of tea")
    assert recognised("stock of tea", pack(wide, narrow)) == "own/wide"
    assert recognised("stock of tea", pack(narrow, wide)) == "own/narrow"
    assert recognised("stock of tea", pack(wide, name="a"), pack(narrow, name="b")) == "a/wide"
    assert (
        recognised("stock of tea", pack(rule("short", "^stock", literal="toc")), pack(narrow)) == "own/short"
    )


def test_a_pack_reads_the_lines_of_its_services_and_of_those_that_name_none() -> None:
    own = pack(rule("stock", "^stock"), services=("shop-*", "till"))
    assert [bool(recognised("stock", own, service=name)) for name in ("shop-api", "till", "", "till-2", "shop")] == [
        True, True, True, False, False
    ]  # fmt: skip


def test_a_rule_may_name_the_log_and_the_logger_that_are_believed() -> None:
    born = "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic."
    assert MATCHER.match(entry(platform(0, born))) is not None
    assert MATCHER.match(entry(printed(0, born))) is None
    verdict = "GCP WebSocket readiness validation SUCCESS (0.52s)"
    believed = {
        logger: MATCHER.match(entry(said(0, verdict, logger))) is not None
        for logger in (VALIDATOR, "logging", "", "chat")
    }
    assert believed == {VALIDATOR: True, "logging": True, "": True, "chat": False}


def test_only_the_first_line_of_a_message_says_a_step() -> None:
    own = pack(rule("stock", "^stock"))
    assert recognised("stock\nis low", own) == "own/stock"
    assert recognised("order\nstock", own) is None
    whole = pack(msgspec.structs.replace(rule("stock", "(?s)^order.+stock"), multiline=True))
    assert recognised("order\nof stock", whole) == "own/stock"


MARKS = [
    "🟢 ",
    "[🟢] ",
    "[U+1F7E2] ",
    "? ",
    "[?] ",
    "ðŸŸ¢ ",
    "ðŸŸ\ufffd ",
    "\ufffd\ufffd\ufffd ",
    " SEARCH:  ",
    "  ✅ ",
    "⚠️  ",
    "   ",
]


@pytest.mark.parametrize("mark", MARKS)
def test_a_line_is_recognised_whatever_became_of_its_emoji(mark: str) -> None:
    event = MATCHER.match(entry(said(0, f"{mark}GCP WebSocket readiness validation SUCCESS (0.52s)")))
    assert event is not None
    assert (event.rule, event.fields) == ("verdict-ready", {"elapsed": "0.52"})


@pytest.mark.parametrize("mark", ["SUCCESS ", "x ", "1 ", "[INFO] ", "- ", '"', "'", "user: "])
def test_a_word_before_a_line_makes_it_somebody_elses(mark: str) -> None:
    assert MATCHER.match(entry(said(0, f"{mark}GCP WebSocket readiness validation SUCCESS (0.52s)"))) is None


def test_an_event_says_what_the_rule_and_its_groups_say() -> None:
    line = "    ❌ CRITICAL FAIL: redis: Not ready after 1.51s (Redis connection and caching system) - {}"
    event = MATCHER.match(entry(said(0, line)))
    assert isinstance(event, Event)
    assert (event.pack, event.rule, event.run, event.step) == (
        "netra-readiness",
        "check-failed",
        "validation",
        "check",
    )
    assert (event.check, event.outcome, event.fields) == (
        "redis",
        "failed",
        {"check": "redis", "elapsed": "1.51"},
    )


def test_an_optional_group_that_captured_nothing_is_no_field() -> None:
    event = MATCHER.match(entry(said(0, "🔍 GCP WebSocket readiness validation started (timeout: 20.0s)")))
    assert event is not None
    assert event.fields == {"timeout": "20.0"}


def test_no_rules_recognise_nothing() -> None:
    assert Matcher([]).match(entry(said(0, "stock"))) is None
    assert Matcher([]).literals == []
    assert not Matcher([pack()]).may_match(entry(said(0, "stock")))


@given(st.sampled_from(SAMPLES), TEXT, TEXT)
def test_what_a_rule_recognises_is_never_filtered_away(sample: str, before: str, after: str) -> None:
    made = msgspec.structs.replace(entry(printed(0, "x")), message=before + sample + after)
    assert MATCHER.match(made) is None or MATCHER.may_match(made)


@given(TEXT)
def test_no_text_breaks_the_matcher(text: str) -> None:
    event = MATCHER.match(msgspec.structs.replace(entry(printed(0, "x")), message=text))
    assert event is None or event.rule
