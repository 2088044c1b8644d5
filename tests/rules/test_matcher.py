"""The first matching rule wins, and every pattern agrees with RE2."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.logs import PACKS, VALIDATOR, entry, log_line, platform, text_line
from triage.diagnosis.failure_causes import FailureCauses
from triage.models import Entry, Event, Pack, Rule
from triage.rules import Matcher, RuleIndex
from triage.rules.matcher import Subject, match_rule
from triage.text import SUBJECT_LIMIT

RULES = [(pack, rule) for pack in PACKS for rule in pack.rules]
SAMPLES = [sample for _, rule in RULES for sample in (*rule.hits, *rule.misses)]
MATCHER = Matcher(PACKS)
CAUSES = FailureCauses(PACKS)
TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=300)


def speaker(pack: Pack, rule: Rule, message: str) -> Entry:
    """Return an entry that may say what the rule is about."""
    made = entry(text_line(0, "x", service="netra-backend-staging" if pack.services else "shop"))
    return msgspec.structs.replace(made, message=message, logger=rule.logger, log_name=rule.log)


def pack(*rules: Rule, services: tuple[str, ...] = (), name: str = "own") -> Pack:
    """Return a pack of some rules."""
    return Pack(id=name, title="Own", version=1, services=[*services], keywords=[], filter="", rules=[*rules])


def rule(name: str, pattern: str, literal: str = "stock", **more: str) -> Rule:
    """Return a rule without samples."""
    return msgspec.convert(
        {"id": name, "literal": literal, "pattern": pattern, "hits": [], "misses": []} | more, Rule
    )


def recognized(message: str, *packs: Pack, service: str = "shop", logger: str = "shop.orders") -> str | None:
    """Return the rule that recognizes a line of a service."""
    event = Matcher(packs).match(entry(log_line(0, message, logger, service=service)))
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
        *sorted({rule.literal for _, rule in RULES})[::100],
    ):
        yield (filler * 65536)[:65536]


@pytest.mark.parametrize("packs", PACKS, ids=lambda pack: pack.id)
def test_every_pattern_agrees_with_re2_on_every_sample(packs: Pack, re2: Any) -> None:
    options = re2.Options()
    options.max_mem = 64 << 20
    subjects = [Subject.of(sample) for sample in SAMPLES]
    for one in packs.rules:
        pattern = re2.compile(one.pattern, options)
        for sample, text in zip(SAMPLES, subjects, strict=True):
            if one.literal not in sample:
                continue
            ours, theirs = match_rule(one, text), pattern.search(text.whole if one.multiline else text.line)
            assert (ours and (ours.span(), ours.groupdict())) == (
                theirs and (theirs.span(), theirs.groupdict())
            ), one.id


def test_every_pattern_agrees_with_re2_on_hostile_lines(re2: Any) -> None:
    for line in hostile():
        text = Subject.of(line)
        assert max(len(text.line), len(text.whole)) <= SUBJECT_LIMIT
        for _, one in RULES[::3]:
            assert bool(match_rule(one, text)) == bool(
                re2.search(one.pattern, text.whole if one.multiline else text.line)
            )


def test_only_the_first_8_kib_are_matched() -> None:
    assert recognized("a" * SUBJECT_LIMIT + " stock", pack(rule("late", "stock"))) is None


# ---------------------------------------------------------------- which rule


def test_matchers_of_one_index_match_as_those_with_their_own() -> None:
    some = pack(rule("a", "stock is low"), rule("b", "stock"))
    other = pack(rule("c", "stock"), name="other")
    index = RuleIndex([some, other])
    all_rules, without_b = Matcher([], index), Matcher([], index, lambda _, one: one.id != "b")
    for message, name, rest in (("stock is low", "a", "a"), ("no stock", "b", "c"), ("sold", None, None)):
        said = entry(log_line(0, message, "shop.orders", service="shop"))
        assert [event and event.rule for event in (all_rules.match(said), without_b.match(said))] == [
            name,
            rest,
        ]


@pytest.mark.parametrize("around", ["{}", "a line above\n{}\na line below", f"{'a' * SUBJECT_LIMIT}\n{{}}"])
def test_rule_that_matches_a_line_is_found_in_the_text_around_it(around: str) -> None:
    index = RuleIndex(PACKS)
    for pack, one in RULES:
        for line in one.hits[:1]:
            event = MATCHER.match(speaker(pack, one, line))
            assert event is not None
            found = [index.rules[number] for number in index.search_line(line, around.format(line))]
            assert event.name in [f"{pack.id}/{one.id}" for pack, one in found]


def test_no_line_refines_a_statement_unless_its_rules_may() -> None:
    index = RuleIndex(PACKS)
    matcher = Matcher(PACKS, index, CAUSES.reads)
    lines = [line for pack, one in RULES if CAUSES.reads(pack, one) for line in one.hits[:1]]
    outcomes = set()
    for pack, one in RULES:
        known = matcher.match(speaker(pack, one, one.hits[0])) if CAUSES.reads_whole(pack, one) else None
        if known is None or not CAUSES.names_cause(known):
            continue
        said = known.entry
        read = partial(matcher.match_text, (said.service, said.log_name, said.logger))
        for line in lines:
            refined = CAUSES.refine_whole(known, read, line)
            rules = [index.rules[number] for number in index.search_line(line, f"a text\n{line}")]
            outcomes.add((refined is known, any(CAUSES.may_refine(known.name, *rule) for rule in rules)))
    assert outcomes == {(True, False), (True, True), (False, True)}


def test_each_event_of_a_repeated_line_has_its_own_entry() -> None:
    matcher = Matcher([pack(rule("a", r"stock of (?P<item>\w+)"))])
    said = [entry(log_line(second, "stock of hats", "shop.orders")) for second in range(2)]
    events = [matcher.match(line) for line in said]
    assert [event.entry for event in events if event] == said
    assert [event.fields for event in events if event] == [{"item": "hats"}] * 2


def test_the_index_of_no_rule_finds_nothing() -> None:
    assert recognized("stock") is None
    assert recognized("\0") is None


def test_no_shipped_rule_is_hidden_by_another() -> None:
    hidden = [
        (one.id, event and event.rule)
        for pack, one in RULES
        if not CAUSES.reads(pack, one)
        for hit in one.hits
        if (event := MATCHER.match(speaker(pack, one, hit))) is None or event.rule != one.id
    ]
    assert hidden == []


def test_every_hit_of_a_failure_rule_shows_a_cause_of_that_rule() -> None:
    matcher = Matcher(PACKS, uses=CAUSES.reads)
    causes: dict[str, set[str]] = {}
    for pack in PACKS:
        for cause in pack.causes:
            for name in [*cause.any_of, *cause.all_of]:
                causes.setdefault(name if "/" in name else f"{pack.id}/{name}", set()).add(cause.id)
    wrong = []
    for pack in PACKS:
        for one in filter(partial(CAUSES.reads, pack), pack.rules):
            for hit in one.hits:
                said = speaker(pack, one, hit)
                line = (
                    said
                    if said.log_name
                    else msgspec.structs.replace(said, log_name="projects/p/logs/run.googleapis.com%2Fstderr")
                )
                event = matcher.match(line)
                own = causes.get(f"{pack.id}/{one.id}", set())
                if event is None or (event.rule != one.id and not own & causes.get(event.name, set())):
                    wrong.append((f"{pack.id}/{one.id}", event and event.name))
    assert wrong == []


def test_first_rule_of_the_first_pack_wins() -> None:
    wide, narrow = rule("wide", "^stock"), rule("narrow", "^stock of tea")
    assert recognized("stock of tea", pack(wide, narrow)) == "own/wide"
    assert recognized("stock of tea", pack(narrow, wide)) == "own/narrow"
    assert recognized("stock of tea", pack(wide, name="a"), pack(narrow, name="b")) == "a/wide"
    assert (
        recognized("stock of tea", pack(rule("short", "^stock", literal="toc")), pack(narrow)) == "own/short"
    )


def test_pack_matches_its_services_and_lines_without_a_service() -> None:
    own = pack(rule("stock", "^stock"), services=("shop-*", "till"))
    assert [bool(recognized("stock", own, service=name)) for name in ("shop-api", "till", "", "till-2", "shop")] == [
        True, True, True, False, False
    ]  # fmt: skip


def test_rule_may_require_a_log_and_a_logger() -> None:
    born = "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic."
    assert MATCHER.match(entry(platform(0, born))) is not None
    assert MATCHER.match(entry(text_line(0, born))) is None
    verdict = "GCP WebSocket readiness validation SUCCESS (0.52s)"
    believed = {
        logger: MATCHER.match(entry(log_line(0, verdict, logger))) is not None
        for logger in (VALIDATOR, "logging", "", "chat")
    }
    assert believed == {VALIDATOR: True, "logging": True, "": True, "chat": False}


def test_only_the_first_line_of_a_message_is_matched() -> None:
    own = pack(rule("stock", "^stock"))
    assert recognized("stock\nis low", own) == "own/stock"
    assert recognized("order\nstock", own) is None
    whole = pack(msgspec.structs.replace(rule("stock", "(?s)^order.+stock"), multiline=True))
    assert recognized("order\nof stock", whole) == "own/stock"


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
def test_line_matches_with_any_form_of_its_emoji(mark: str) -> None:
    event = MATCHER.match(entry(log_line(0, f"{mark}GCP WebSocket readiness validation SUCCESS (0.52s)")))
    assert event is not None
    assert (event.rule, event.fields) == ("verdict-ready", {"elapsed": "0.52"})


@pytest.mark.parametrize("mark", ["SUCCESS ", "x ", "1 ", "[INFO] ", "- ", '"', "'", "user: "])
def test_line_after_another_word_does_not_match(mark: str) -> None:
    assert (
        MATCHER.match(entry(log_line(0, f"{mark}GCP WebSocket readiness validation SUCCESS (0.52s)"))) is None
    )


def test_event_has_the_values_of_rule_and_groups() -> None:
    line = "    ❌ CRITICAL FAIL: redis: Not ready after 1.51s (Redis connection and caching system) - {}"
    event = MATCHER.match(entry(log_line(0, line)))
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


def test_group_without_a_capture_is_not_a_field() -> None:
    event = MATCHER.match(
        entry(log_line(0, "🔍 GCP WebSocket readiness validation started (timeout: 20.0s)"))
    )
    assert event is not None
    assert event.fields == {"timeout": "20.0"}


def test_no_rules_match_nothing() -> None:
    assert Matcher([]).match(entry(log_line(0, "stock"))) is None
    assert Matcher([]).literals == []
    assert not Matcher([pack()]).may_match(entry(log_line(0, "stock")))


@given(st.sampled_from(SAMPLES), TEXT, TEXT)
def test_matching_line_always_contains_a_literal(sample: str, before: str, after: str) -> None:
    made = msgspec.structs.replace(entry(text_line(0, "x")), message=before + sample + after)
    assert MATCHER.match(made) is None or MATCHER.may_match(made)


@given(TEXT)
def test_matcher_accepts_any_text(text: str) -> None:
    event = MATCHER.match(msgspec.structs.replace(entry(text_line(0, "x")), message=text))
    assert event is None or event.rule
