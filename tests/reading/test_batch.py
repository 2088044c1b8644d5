"""A batch of items arrives in another process as it was sent."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from triage.models import Entry, ExportFile, Gap, Record, Skipped, Source
from triage.reading.record_counts import RecordCounts
from triage.reading.workers.batch import Item, pack_batches, unpack_batch

#: Items by the line where they were read.
MAKERS: list[Callable[[int], Item]] = [
    lambda line: Entry(timestamp=line, message=f"order {line}", source=Source("shop.jsonl", line)),
    lambda line: Record(b"{}", Source("shop.jsonl", line)),
    lambda line: Gap("broken_record", "shop.jsonl", "no JSON", position=line),
    lambda _line: Gap("cut_file", "shop.jsonl", "cut"),
    lambda _line: Skipped("shop.jsonl", {"INFO": 2}),
    lambda line: ExportFile("shop.jsonl", "JSON lines", line),
]


@given(st.lists(st.tuples(st.integers(0, len(MAKERS) - 1), st.booleans())), st.integers(0, 9))
def test_items_keep_their_order_and_move_with_their_part(
    drawn: list[tuple[int, bool]], lines_before: int
) -> None:
    kinds = [kind for kind, is_repeated in drawn for _ in range(1 + 2 * is_repeated)]
    sent = [MAKERS[kind](line) for line, kind in enumerate(kinds)]
    moved = [MAKERS[kind](line + lines_before) for line, kind in enumerate(kinds)]
    batches = [unpack_batch(data) for data in pack_batches(sent, RecordCounts())]
    received = [item for batch in batches for item in batch.items(lines_before)]
    assert sum(map(len, batches)) == len(sent)
    assert [_position_of(item) for item in received] == [_position_of(item) for item in moved]


def _position_of(item: Item) -> tuple[str, str, int | None]:
    """Return the kind of an item, its file and its position."""
    if isinstance(item, Entry | Record):
        return type(item).__name__, item.source.path, item.source.position
    return type(item).__name__, item.path, item.position if isinstance(item, Gap) else None
