"""The analysis does not depend on the order of the instances."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.diagnosis.scenarios import aborted_startup, crash, failed_check
from tests.examples import examples
from tests.runs.logs import (
    MIDDLEWARE,
    PACKS,
    Log,
    approved,
    log_line,
    platform,
    records,
    rejected,
    request,
    text_line,
    validation,
)
from tests.runs.test_probe import probe
from triage import pipeline
from triage.models import Coverage, Entry
from triage.pipeline.analyzer import Analyzer

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
CASES = sorted((ROOT / "tests" / "cases").glob("*/entries.jsonl"))
EXAMPLES = [ROOT / "examples" / f"{name}.json" for name in ("export", "before", "after")]
RECORDED = [
    path
    for folder in ("scenarios/logs", "incidents/logs", "exports")
    for path in sorted(SHARED.glob(f"{folder}/*"))
]


@cache
def coverage() -> Coverage:
    """Return the coverage of one entry; the compared parts do not depend on it."""
    entries = pipeline.read_entries(iter(records([log_line(0, "hello")])))
    list(entries)
    return entries.coverage(0)


def analyze_in_order(stretches: Iterable[Sequence[Entry]], at_once: int = 1000) -> bytes:
    """Return the analysis of entries that come by partition, so many at once."""
    analyzer = Analyzer(PACKS)
    for stretch in stretches:
        for start in range(0, len(stretch), at_once):
            analyzer.observe(stretch[start : start + at_once])
        analyzer.close_partition()
    analysis = analyzer.build(lambda matched: msgspec.structs.replace(coverage(), matched=matched))
    configurations = repr(analysis.configurations)  # the keys of their items have no form in JSON
    return msgspec.json.encode((msgspec.structs.replace(analysis, configurations=[]), configurations))


def by_instance(entries: Sequence[Entry]) -> list[list[Entry]]:
    stretches: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        stretches[entry.partition_key].append(entry)
    return list(stretches.values())


def assert_same(sources: Any, orders: int = 3) -> None:
    """Check that sorted, reversed and shuffled instances give the same analysis."""
    entries = list(pipeline.read_entries(sources, analyzer=Analyzer(PACKS)))
    by_time = analyze_in_order([entries])
    stretches = sorted(by_instance(entries), key=lambda stretch: stretch[0].partition_key)
    assert analyze_in_order(stretches) == by_time
    assert analyze_in_order(stretches[::-1]) == by_time
    for seed in range(orders):
        random.Random(seed).shuffle(stretches)
        assert analyze_in_order(stretches) == by_time


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_case_gives_the_same_analysis(path: Path) -> None:
    assert_same([path])


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_gives_the_same_analysis(path: Path) -> None:
    assert_same([path])


def test_number_of_entries_that_come_at_once_changes_nothing() -> None:
    entries = list(pipeline.read_entries(CASES, analyzer=Analyzer(PACKS)))
    assert analyze_in_order([entries], 1) == analyze_in_order([entries], 7) == analyze_in_order([entries])


def test_all_cases_together_give_the_same_analysis() -> None:
    assert_same(CASES, 1)


@pytest.mark.skipif(not RECORDED, reason="the recorded runs do not lie beside the project")
def test_recorded_runs_and_exports_give_the_same_analysis() -> None:
    for path in RECORDED:
        assert_same([path], 1)


# ---------------------------------------------------------------- mixes

SERVICES = ["netra-backend-staging", "shop", ""]
REVISIONS = ["netra-backend-staging-00041-kqx", "netra-backend-staging-00042-abc", ""]
INSTANCES = ["i1", "i2", "i3", ""]
HITS = [hit for pack in PACKS for rule in pack.rules for hit in rule.hits]
UNKNOWN = [f"Cannot {word} the order" for word in ("pack", "send", "price", "book")]


@st.composite
def sort_key(draw: st.DrawFn) -> dict[str, str]:
    return {
        "service": draw(st.sampled_from(SERVICES)),
        "revision": draw(st.sampled_from(REVISIONS)),
        "instance": draw(st.sampled_from(INSTANCES)),
    }


@st.composite
def scene(draw: st.DrawFn) -> list[Log]:
    """Return some lines of one instance; many scenes start at the same moment."""
    start, where = draw(st.integers(0, 40)) / draw(st.sampled_from([1, 1, 50])), draw(sort_key())
    severity = draw(st.sampled_from(["INFO", "WARNING", "ERROR"]))
    text = draw(st.sampled_from([*HITS, *UNKNOWN]))
    path, status = draw(st.sampled_from(["/ws", "/ws/health"])), draw(st.sampled_from([101, 404, 503]))
    down = draw(st.lists(st.sampled_from(["redis", "database", "agent_supervisor"]), max_size=2))
    environment = draw(st.sampled_from(["staging", "production"]))
    trace = {"trace": f"projects/demo-project/traces/{draw(st.sampled_from('ab')) * 32}"}
    line = log_line(start, text, "logging", severity=severity, **where)
    scenes = [
        crash(start, draw(st.sampled_from(["billing", "orders"])), **where),
        aborted_startup(start, draw(st.sampled_from([18.0, 60.0])), **where),
        validation(start, down=down, environment=environment, **where),
        [request(start, path, status, **where)],
        [platform(start, text, severity=severity, **where)],
        [text_line(start, text, **where)],
        [log | trace for log in probe(start, verdict="not ready")],
        [line | trace],
        *[[line]] * 3,
    ]
    return draw(st.sampled_from(scenes))


@st.composite
def exports(draw: st.DrawFn) -> list[Log]:
    """Return scenes of several instances, in parts without insertId."""
    logs = [log for scene in draw(st.lists(scene(), max_size=14)) for log in scene]
    unnamed = draw(st.sampled_from([0, 0, 3]))
    return [
        {key: value for key, value in log.items() if key != "insertId"}
        if unnamed and number % unnamed == 0
        else log | {"insertId": f"id{number:05d}"}
        for number, log in enumerate(logs)
    ]


@given(exports())
@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_mix_of_instances_gives_the_same_analysis(logs: list[Log]) -> None:
    assert_same(records(logs), 2)


def test_bounded_lists_keep_the_same_items() -> None:
    words = [f"{a}{b}" for a in "abcdefghijklmnopqrst" for b in "abcdefghijklmnopqrstuvwxyz"]
    logs = [
        log_line(
            number / 10, f"Cannot {word} the order", "shop", severity="ERROR", instance=f"i{number % 45}"
        )
        for number, word in enumerate(words)
    ]
    logs += [request(number, f"/ws/{number}", 404, instance=f"i{number % 7}") for number in range(80)]
    logs += [log for number in range(60) for log in crash(9 * number, f"m{number}", instance=f"i{number}")]
    logs += [log for number in range(30) for log in failed_check(700 + number, instance=f"i{number}")]

    assert_same(records(log | {"insertId": f"id{number:05d}"} for number, log in enumerate(logs)), 4)


def distinguished(*scenes: list[Log]) -> list[Any]:
    logs = [log for scene in scenes for log in scene]
    return records(log | {"insertId": f"id{number:05d}"} for number, log in enumerate(logs))


def test_last_environment_is_reported() -> None:
    assert_same(
        distinguished(
            *(
                validation(9 * n, down=["agent_supervisor"], environment=environment, instance=f"i{n % 3}")
                for n, environment in enumerate(
                    ["staging", "production", "production", "staging", "production"]
                )
            )
        )
    )


def test_tie_of_verdicts_does_not_depend_on_order() -> None:
    assert_same(
        distinguished(
            *(
                validation(0, down=down, instance=f"i{n}")
                for n, down in enumerate([[], ["agent_supervisor"]])
            ),
            crash(0, instance="i2"),
            crash(0, "orders", instance="i3"),
        )
    )
    refusing = [
        log_line(5, "WebSocket readiness validation failed", "shop", instance="i1"),
        *(rejected(5, state="failed", failed=["redis"], instance=f"i{n}") for n in range(2)),
        *(log_line(5, "🚨 STAGING BYPASS ACTIVE: WebSocket readiness validation bypassed", MIDDLEWARE, instance=f"i{n}") for n in (2, 3)),
        *(approved(5, instance=f"i{n}") for n in (2, 3)),
    ]  # fmt: skip
    assert_same(distinguished(refusing), 8)


def test_first_lines_of_a_probe_request_are_cited() -> None:
    trace = {"trace": f"projects/demo-project/traces/{'a' * 32}"}
    asked = probe(
        3, "socket /ws: closed with code 1011 after 2 of 5 events in 0.410s", verdict="not ready", instance=""
    )
    lines = [
        log_line(n % 7, f"Cannot pack order {n}", "shop", severity="ERROR", instance=f"i{n % 4}")
        for n in range(20)
    ]
    assert_same(distinguished([log | trace for log in [*asked, *lines]]), 8)
