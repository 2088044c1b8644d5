"""gzip and zstd: damage is reported, and the data before it is read."""

import gzip
import zlib
from hashlib import sha512

import pytest
import zstandard

from tests.reading.logs import lines, log, logs, read_bytes, to_json_array
from triage.reading import Limits


def various(count: int) -> list[dict[str, object]]:
    return [log(number, textPayload=sha512(str(number).encode()).hexdigest() * 2) for number in range(count)]


def packed(kind: str, data: bytes) -> bytes:
    if kind == "gzip":
        return gzip.compress(data)
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_cut_data_keeps_what_came_before_the_cut(kind: str) -> None:
    whole = packed(kind, lines(various(2000)))
    found = read_bytes(whole[: len(whole) // 2])
    assert 700 < len(found.records) < 1000
    assert found.kinds == ["cut_file"]
    assert f"{kind} data ends early" in found.gaps[0].detail


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_data_cut_at_any_of_its_first_bytes_is_a_cut_file(kind: str) -> None:
    whole = packed(kind, to_json_array(logs(3)))
    for size in range(4, 60):
        assert read_bytes(whole[:size]).kinds == ["cut_file"]


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_failed_checksum_gives_the_records_and_says_that_they_are_unverified(kind: str) -> None:
    whole = bytearray(packed(kind, to_json_array(logs(5))))
    whole[-6 if kind == "gzip" else -2] ^= 1
    found = read_bytes(bytes(whole))
    assert len(found.records) == 5
    assert found.kinds == ["checksum"]
    assert found.gaps[0].count == 5
    assert "5 records are unverified" in found.gaps[0].detail


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_damage_anywhere_is_reported_or_harmless(kind: str) -> None:
    whole = packed(kind, to_json_array(logs(4)))
    sound = read_bytes(whole).entries
    start = 10 if kind == "gzip" else 5
    for place in range(start, len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 0x40
        found = read_bytes(bytes(damaged))
        assert found.gaps or found.entries == sound, place


def test_zeros_after_gzip_are_padding() -> None:
    found = read_bytes(gzip.compress(to_json_array(logs(2))) + b"\0" * 5000)
    assert (len(found.records), found.gaps) == (2, [])


def test_zeros_between_members_are_padding() -> None:
    first, second = gzip.compress(lines(logs(2))), gzip.compress(lines([log(7)]))
    assert len(read_bytes(first + b"\0" * 20_000 + second).records) == 3


def test_other_bytes_after_gzip_are_skipped_and_reported() -> None:
    found = read_bytes(gzip.compress(to_json_array(logs(2))) + b"signature: none at all")
    assert (len(found.records), found.kinds) == (2, ["not_entries"])


def test_skippable_zstd_frames_are_skipped() -> None:
    skip = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"note"
    assert len(read_bytes(skip + zstandard.compress(to_json_array(logs(2))) + skip).records) == 2


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_bomb_is_cut_at_the_expansion_limit(kind: str) -> None:
    zeros = b"\0" * (8 << 20)
    if kind == "gzip":
        deflate = zlib.compressobj(9, wbits=31)
        bomb = b"".join(deflate.compress(zeros) for _ in range(4)) + deflate.flush()
    else:
        bomb = zstandard.ZstdCompressor(level=19).compress(zeros * 4)
    found = read_bytes(bomb, Limits(record=1 << 20, expansion_floor=4 << 20))
    assert "too_large" in found.kinds
    assert any("more than 500 times its size" in gap.detail for gap in found.gaps)


def test_records_before_a_bomb_are_read() -> None:
    bomb = gzip.compress(lines(logs(50)) + b" " * (32 << 20))
    found = read_bytes(bomb, Limits(expansion_floor=4 << 20))
    assert len(found.records) == 50
    assert found.kinds == ["too_large"]
