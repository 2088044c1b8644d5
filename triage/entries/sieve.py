"""A quick look at many records: which of them may matter, so that the rest is counted and timed without being decoded.

It takes a pass of the decoder's own JSON reader over the few fields that decide it, and one search for all that is
looked for in the texts of a whole block. It lets too much through rather than too little, so that the documents are
the same with it. Only of a record which has a field in two styles of keys, and a value of an impossible type beside
it, may it see the wrong one of the two; nothing writes such a record.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import accumulate

import msgspec
from ahocorasick_rs import AhoCorasick, Implementation

from triage.entries.decode import path_of
from triage.entries.times import nanoseconds
from triage.models import Skipped

#: Severities below an error, as the API writes them.
_USUAL = frozenset(["DEBUG", "INFO", "NOTICE", "WARNING"])
#: A text that holds ANSI codes, or may be nothing but a logger's prefix: it ends as one does.
_ODD = ["\x1b", " \n", "]\n", ">\n", "|\n", "-\n"]
_FRACTIONS = re.compile(r"(?:\.\d{1,9}Z)*+", re.ASCII)


class _Present(msgspec.Struct, gc=False):
    """An object, whatever is in it."""


class _Payload(msgspec.Struct, gc=False):
    """The payload's text."""

    message: str | None = None


class _Request(msgspec.Struct, rename="camel", gc=False):
    """What the message of a request without text is made of."""

    request_method: str | None = None
    request_url: str | None = None
    status: int | None = None


class _Glance(msgspec.Struct, rename="camel", gc=False):
    """Of a LogEntry as the API writes it, what decides whether it may matter; see decode.py."""

    timestamp: str = ""
    severity: str = ""
    insert_id: str = ""
    text_payload: str | None = None
    json_payload: _Payload | None = None
    http_request: _Request | None = None
    proto_payload: _Present | None = None
    split: _Present | None = None

    @property
    def text(self) -> str:
        """Return what the entry says, "" where it takes more than a glance to tell."""
        payload = self.json_payload
        if payload is not None:
            return (self.text_payload or payload.message or "") if payload.message else ""
        if self.text_payload or self.http_request is None:
            return self.text_payload or ""
        request = self.http_request
        path = path_of(request.request_url or "")
        return f"{request.request_method} {path} {request.status}" if request.request_method and path else ""


_glance = msgspec.json.Decoder(_Glance).decode


class Sieve:
    """Tells which records of a block to decode: errors, those that say one of the ``wanted`` texts, and odd ones."""

    def __init__(self, wanted: Sequence[str]) -> None:
        """Look for these texts; of one with line breaks, which a logger may have escaped, for its longest line."""
        literals = {max(text.split("\n"), key=len) for text in wanted}
        self._index = AhoCorasick(sorted(literals.union(_ODD)), implementation=Implementation.DFA)

    def sift(self, path: str, pieces: Sequence[bytes]) -> tuple[list[int], Skipped]:
        """Return the places of the pieces that may matter, and the account of the others.

        Of the others each is a JSON object that is a LogEntry. A piece that is none, or no JSON, may matter.
        """
        dull: dict[int, _Glance] = {}
        texts = []
        for place, piece in enumerate(pieces):
            try:
                glance = _glance(piece)
                if not piece.isascii():
                    piece.decode()
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            if (
                glance.severity in _USUAL
                and glance.insert_id
                and glance.timestamp
                and glance.proto_payload is None
                and glance.split is None
                and (text := glance.text)
            ):
                dull[place] = glance
                texts.append(text)
        for place in self._saying(texts, list(dull)):
            del dull[place]
        if not _in_order([glance.timestamp for glance in dull.values()]):
            dull = {place: glance for place, glance in dull.items() if _in_order([glance.timestamp])}
        return [place for place in range(len(pieces)) if place not in dull], _account(path, dull.values())

    def _saying(self, texts: Sequence[str], places: Sequence[int]) -> set[int]:
        """Return the places of the texts in which something stands that is looked for."""
        ends = list(accumulate([len(text) + 1 for text in texts]))
        found = self._index.find_matches_as_indexes("\n".join([*texts, ""]))
        return {places[bisect(ends, start)] for _, start, _ in found}


def _account(path: str, glances: Collection[_Glance]) -> Skipped:
    if not glances:
        return Skipped(path)
    stamps = [glance.timestamp for glance in glances]
    severities = Counter([glance.severity for glance in glances])
    return Skipped(path, severities, nanoseconds(min(stamps)), nanoseconds(max(stamps)))


def _in_order(stamps: Sequence[str]) -> bool:
    """Return whether all are times as the API writes them, with a fraction: as texts they then are in order of time."""
    try:
        for second in {stamp[:20] for stamp in stamps}:
            nanoseconds(f"{second}0Z")
            if second[10] != "T":
                return False
    except ValueError:
        return False
    return _FRACTIONS.fullmatch("".join([stamp[19:] for stamp in stamps])) is not None
