"""Gaps are listed by file and position, and those beyond the first twenty are counted."""

from hypothesis import given
from hypothesis import strategies as st

from triage.entries.gaps import GapCollector
from triage.models import Gap, GapKind

KINDS = st.sampled_from(list[GapKind](["broken_record", "too_large"]))


def collect(gaps: list[Gap]) -> list[Gap]:
    """Return what is listed of some gaps."""
    collector = GapCollector()
    for gap in gaps:
        collector.add(gap)
    return collector.all()


@given(data=st.data(), kinds=st.lists(KINDS, max_size=60))
def test_order_in_which_a_file_is_read_has_no_effect(data: st.DataObject, kinds: list[GapKind]) -> None:
    gaps = [Gap(kind, "a.jsonl", f"line {number}", number // 2) for number, kind in enumerate(kinds, 2)]
    assert collect(data.draw(st.permutations(gaps))) == collect(gaps)


def test_first_twenty_gaps_of_a_kind_are_listed_and_the_others_counted() -> None:
    gaps = [Gap("too_large", "a.jsonl", f"line {number}", number) for number in range(1, 24)]
    assert collect(gaps[::-1]) == [*gaps[:20], Gap("too_large", "a.jsonl", "more of the same", count=3)]


def test_gap_of_a_whole_file_follows_those_of_its_lines() -> None:
    whole, line = Gap("checksum", "a.jsonl", "whole"), Gap("too_large", "a.jsonl", "line 3", 3)
    other = Gap("too_large", "b.jsonl", "line 1", 1)
    assert collect([whole, line, other]) == [line, whole, other]
