"""Split entries are joined, in whatever order their parts come."""

from itertools import chain, combinations, permutations
from typing import Any

import pytest

from tests.reading.logs import Log, decode_entry, lines, log, read_entries, to_snake_case, without_source
from triage.models import Entry


def part(index: int, total: int = 3, **fields: Any) -> Log:
    return log(
        50, insertId=f"part-{index}", split={"uid": "u-1", "index": index, "totalSplits": total}, **fields
    )


def texts(*words: str) -> list[Log]:
    return [part(index, len(words), jsonPayload=None, textPayload=word) for index, word in enumerate(words)]


def payloads(*words: str) -> list[Log]:
    payload = log(50)["jsonPayload"]
    return [
        part(index, len(words), jsonPayload=payload | {"message": word}) for index, word in enumerate(words)
    ]


def whole(parts: list[Log]) -> Entry:
    (entry,) = read_entries(lines(parts))
    return entry


def test_parts_are_joined_in_order_of_their_index() -> None:
    for order in permutations(texts("2026-03-01 08:00:00,1 - a - ER", "ROR - first\nsec", "ond")):
        entry = whole(list(order))
        assert entry.message == "first\nsecond"
        assert (entry.severity_source, entry.logger, entry.insert_id, entry.split) == (
            "entry",
            "a",
            "part-0",
            None,
        )


@pytest.mark.parametrize("style", [lambda entry: entry, to_snake_case])
def test_parts_of_a_payload_are_joined_in_its_message(style: Any) -> None:
    entry = whole([style(one) for one in payloads("alpha ", "alpha ", "omega")])
    assert entry.message == "alpha alpha omega"
    assert (entry.logger, entry.function, entry.line) == ("shop.orders.keeper", "keep", 150)


def test_joined_entry_equals_the_unsplit_entry() -> None:
    unsplit = log(50, insertId="part-0", jsonPayload=None, textPayload="onetwo")
    assert without_source(whole(texts("one", "two"))) == without_source(decode_entry(unsplit))


def test_the_same_part_twice_is_a_duplicate() -> None:
    entries = read_entries(lines([*texts("a", "b"), *texts("a", "b")]))
    assert [entry.message for entry in entries] == ["ab"]
    coverage = entries.coverage(0)
    assert (coverage.records, coverage.joined, coverage.duplicate, coverage.entries) == (4, 1, 2, 1)


@pytest.mark.parametrize(
    "missing", list(chain.from_iterable(combinations(range(4), size) for size in range(1, 4))), ids=str
)
def test_a_missing_part_is_a_gap_and_the_text_says_so(missing: tuple[int, ...]) -> None:
    parts = [one for index, one in enumerate(texts("aa", "bb", "cc", "dd")) if index not in missing]
    entries = read_entries(lines(parts[::-1]))
    (entry,) = entries
    gaps = entries.coverage(0).gaps
    assert {gap.kind for gap in gaps} == {"missing_part"}
    assert sum(gap.count for gap in gaps) == len(missing)
    for index, word in enumerate(("aa", "bb", "cc", "dd")):
        assert (word in entry.message) == (index not in missing)
    assert entry.message.count("missing]") == len(gaps)


def test_text_after_a_missing_first_part_cannot_be_taken_for_a_first_line() -> None:
    entry = whole(texts("Checks: ", "all passed")[1:])
    assert entry.message == "[part 1 of 2 missing]\nall passed"


def test_parts_of_an_audit_entry_fill_each_other_up() -> None:
    audit = {
        "methodName": "Replace",
        "resourceName": "namespaces/p/services/s",
        "status": {"message": "done"},
    }
    parts = [
        part(0, 2, jsonPayload=None, protoPayload=audit | {"request": {"spec": {"a": 1}, "list": [1]}}),
        part(1, 2, jsonPayload=None, protoPayload=audit | {"request": {"spec": {"b": 2}, "list": [2]}}),
    ]
    entry = whole(parts)
    assert entry.message == "Replace namespaces/p/services/s: done"
    assert b'"request":{"spec":{"a":1,"b":2},"list":[1,2]}' in entry.raw


def test_parts_with_different_uids_are_not_joined() -> None:
    other = [
        one | {"split": one["split"] | {"uid": "u-2"}, "insertId": f"{one['insertId']}x"}
        for one in texts("c", "d")
    ]
    assert [entry.message for entry in read_entries(lines([*texts("a", "b"), *other]))] == ["ab", "cd"]


def test_a_claim_of_a_million_parts_is_one_gap() -> None:
    entries = read_entries(lines([part(7, 1_000_000, jsonPayload=None, textPayload="x")]))
    (entry,) = entries
    assert entry.message == "[parts 1 to 7 of 1000000 missing]\nx\n[parts 9 to 1000000 of 1000000 missing]"
    assert [gap.count for gap in entries.coverage(0).gaps] == [7, 999_992]


def test_entry_with_a_single_part_is_complete() -> None:
    assert whole([part(0, 1, jsonPayload=None, textPayload="x")]).message == "x"
