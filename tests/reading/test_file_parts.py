"""Parts of a file give the same records, gaps and positions as the file."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.reading.logs import Item, lines, log, logs, to_json_array
from triage.reading import Limits, read
from triage.reading.sources import expand
from triage.reading.spark.file_parts import read_part, split_files
from triage.reading.spark.reader import _restore_positions

#: What may stand in a file of JSON lines, each a line or a piece of one.
PIECES = [
    *(lines([log(number)]) for number in range(4)),
    lines([log(5)])[:-1],
    lines([log(6, textPayload="x" * 3000)]),
    b"\n",
    b"  \r\n",
    b"not JSON\n",
    b'{"insertId": "cut',
    b'{"textPayload": "\xff\xfe", "timestamp": "2026-03-01T08:00:00Z"}\n',
    b"\xe2\x80\xa8\n",
    b"y" * 2500 + b"\n",
]
LIMITS = Limits(record=2000)


def read_in_parts(path: Path, size: int) -> list[Item]:
    """Return the items of the parts of a file, joined."""

    def items() -> Iterator[object]:
        for part in split_files(expand([path]), size):
            yield from read_part(part, limits=LIMITS)

    return list(_restore_positions([items()], {}))  # type: ignore[list-item]


def whole(path: Path) -> list[Item]:
    return list(read([path], limits=LIMITS))


@settings(max_examples=examples(150))
@given(
    pieces=st.lists(st.sampled_from(PIECES), max_size=14),
    size=st.integers(1, 2500),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
)
def test_a_file_of_lines_can_be_divided_anywhere(
    pieces: list[bytes], size: int, mark: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "divided.jsonl"
    path.write_bytes(mark + lines([log(0)]) + b"".join(pieces))
    assert read_in_parts(path, size) == whole(path)


@pytest.mark.parametrize("size", range(1, 12))
def test_a_part_may_be_smaller_than_a_line_and_end_at_a_line_feed(size: int, tmp_path: Path) -> None:
    path = tmp_path / "short.jsonl"
    entry = b'{"textPayload":"a","insertId":"b"}'
    path.write_bytes(entry + b"\n{}\n{}\n\n{" + b"\n{}\n{}")
    assert read_in_parts(path, size) == whole(path)


def test_line_longer_than_a_chunk_spans_several_parts(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    long = lines([log(1, textPayload="z" * (3 << 20))])
    path.write_bytes(lines(logs(3)) + long + lines(logs(2)) + long[:-1])
    divided = [item for part in split_files(expand([path]), 1 << 20) for item in read_part(part)]
    assert list(_restore_positions([divided], {})) == list(read([path]))


@pytest.mark.parametrize(
    "data",
    [
        to_json_array(logs(9)),
        gzip.compress(lines(logs(9))),
        lines(logs(9)).decode().encode("utf-16"),
        b"PK\x03\x04" + bytes(4000),
        b"timestamp,severity,insertId\n" + b"2026-03-01T08:00:00Z,INFO,a\n" * 99,
    ],
    ids=["an array", "gzip", "UTF-16", "a zip archive", "a table"],
)
def test_file_of_another_format_is_not_divided(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(data)
    (only,) = split_files(expand([path]), 100)
    assert only.start is None
    assert only.size == len(data)


def test_small_file_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "small.jsonl"
    path.write_bytes(lines(logs(2)))
    monkeypatch.setattr("triage.reading.spark.file_parts.open_source", None)
    (only,) = split_files(expand([path]), 1 << 20)
    assert only.start is None
