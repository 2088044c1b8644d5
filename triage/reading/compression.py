"""Detect and decompress gzip and zstd as a stream; damage becomes a Gap."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from triage.models import Gap
from triage.reading.limits import Limits

# n bytes decompress to at most 1,032 n in gzip (RFC 1951) and 32,768 n in zstd (RFC 8878: a block of 128
# KiB in
# four bytes), so one step holds at most 16 and 32 MiB.
_SLICE = {"gzip": 16 << 10, "zstd": 1 << 10}
# The checksum is decompressed by itself, so that all data is yielded before it fails.
_TRAILER = 8


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def detect_compression(head: bytes) -> str:
    """Return "gzip", "zstd" or "" for the first bytes of a file."""
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    skippable = head[1:4] == b"\x2a\x4d\x18" and 0x50 <= head[0] <= 0x5F
    return "zstd" if head[:4] == b"\x28\xb5\x2f\xfd" or skippable else ""


def decompress(
    kind: str, chunks: Iterable[bytes], path: str, limits: Limits, gaps: list[Gap]
) -> Iterator[bytes]:
    """Yield the content of gzip or zstd data with one or more members.

    What precedes damage or a cut is yielded. Damage is appended to ``gaps``.
    """
    start, faults = _decompressor_of(kind)
    current = start()
    taken = given = members = 0
    begun = produced = False
    for piece in _slice_chunks(chunks, _SLICE[kind]):
        taken += len(piece)
        rest = piece if begun or not members else piece.lstrip(b"\0")  # gzip members may be padded with zeros
        while rest:
            try:
                out = current.decompress(rest)
            except faults as fault:
                gaps.append(_damage_gap(kind, str(fault), path, taken, after=members > 0 and not produced))
                return
            begun, produced, rest = True, produced or bool(out), b""
            if current.eof:
                rest = current.unused_data.lstrip(b"\0")
                current, begun, produced, members = start(), False, False, members + 1
            given += len(out)
            yield out
            if given > limits.expansion_floor and given > limits.expansion * taken:
                detail = f"unfolds to more than {limits.expansion} times its size: "
                detail += f"read were the first {given:,} bytes"
                gaps.append(Gap("too_large", path, detail, count=0))
                return
    if begun:
        gaps.append(Gap("cut_file", path, f"the {kind} data ends early, after {taken:,} bytes"))


def _decompressor_of(kind: str) -> tuple[Callable[[], _Decompressor], type[Exception]]:
    if kind == "gzip":
        return lambda: zlib.decompressobj(wbits=31), zlib.error
    import zstandard

    return lambda: zstandard.ZstdDecompressor().decompressobj(), zstandard.ZstdError


def _damage_gap(kind: str, fault: str, path: str, taken: int, *, after: bool) -> Gap:
    if after:
        return Gap("not_entries", path, f"what follows the {kind} data was skipped")
    return Gap("checksum", path, f"the {kind} data is damaged at byte {taken:,} or before ({fault})")


def _slice_chunks(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    held = b""
    for chunk in chunks:
        held += chunk
        stop = len(held) - _TRAILER
        yield from (held[at : min(at + size, stop)] for at in range(0, stop, size))
        held = held[max(stop, 0) :]
    if len(held) > 4:  # zstd's checksum has four bytes
        yield held[:-4]
    yield held[-4:]
