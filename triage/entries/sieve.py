"""A quick look at many records: which of them may matter, so that the rest is counted and timed without being decoded.

It takes a pass of the decoder's own JSON reader over the few fields that decide it, and one search for all that is
looked for in the texts of a whole block. It lets too much through rather than too little, so that the documents are
the same with it. Only of a record which has a field in two styles of keys, and a value of an impossible type beside
it, may it see the wrong one of the two; nothing writes such a record.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, compress
from typing import Annotated, Literal

import msgspec
from ahocorasick_rs import AhoCorasick, Implementation

from triage.entries.decode import path_of
from triage.entries.times import nanoseconds
from triage.models import Skipped

#: A text that holds ANSI codes, or may be nothing but a logger's prefix: it ends as one does.
_ODD = ["\x1b", " \n", "]\n", ">\n", "|\n", "-\n"]
#: Times as the API writes them, one behind the other. Without their Z they are as texts in order of time.
_TIMES = re.compile(r"(?:\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z)*+", re.ASCII)
_DATE = len("2026-03-17")

_path = lru_cache(maxsize=4096)(path_of)
_Text = Annotated[str, msgspec.Meta(min_length=1)]


class _Payload(msgspec.Struct, gc=False):
    """The payload's text."""

    message: _Text


class _Request(msgspec.Struct, rename="camel", gc=False):
    """What the message of a request without text is made of."""

    request_method: _Text
    request_url: str
    status: int | None = None


class _Glance(msgspec.Struct, rename="camel", gc=False):
    """A LogEntry as the API writes it that is no error, no audit, and whole: what any other has does not fit."""

    timestamp: str
    severity: Literal["DEBUG", "INFO", "NOTICE", "WARNING"]
    insert_id: _Text
    text_payload: str | None = None
    json_payload: _Payload | None = None
    http_request: _Request | None = None
    proto_payload: None = None
    split: None = None


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
        glances: list[_Glance] = []
        places: list[int] = []
        texts: list[str] = []
        plain = all(map(bytes.isascii, pieces))
        for place, piece in enumerate(pieces):
            try:
                glance = _glance(piece)
                if not plain:
                    piece.decode()
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
            # What the decoder makes of the payload; see decode.py.
            payload = glance.json_payload
            if text := glance.text_payload or (payload and payload.message) or _asked(glance.http_request):
                glances.append(glance)
                places.append(place)
                texts.append(text)
        dull = self._silent(texts)
        span = _span([glance.timestamp for glance in compress(glances, dull)])
        if span is None:
            dull = [
                silent and _span([glance.timestamp]) is not None
                for silent, glance in zip(dull, glances, strict=True)
            ]
            span = _span([glance.timestamp for glance in compress(glances, dull)])
        passed = set(compress(places, dull))
        severities = Counter[str]([glance.severity for glance in compress(glances, dull)])
        skipped = Skipped(path, severities, *(span or (0, 0)))
        return [place for place in range(len(pieces)) if place not in passed], skipped

    def _silent(self, texts: Sequence[str]) -> list[bool]:
        """Return of each text whether nothing stands in it that is looked for."""
        silent = [True] * len(texts)
        ends = list(accumulate([len(text) + 1 for text in texts]))
        for _, start, _ in self._index.find_matches_as_indexes("\n".join([*texts, ""])):
            silent[bisect(ends, start)] = False
        return silent


def _asked(request: _Request | None) -> str:
    """Return the message that a request without text has, "" where it takes more than a glance to tell."""
    path = request and _path(request.request_url)
    return f"{request.request_method} {path} {request.status}" if request and path else ""


def _span(stamps: Sequence[str]) -> tuple[int, int] | None:
    """Return the first and the last of some times; (0, 0) of none, None where one is no time as the API writes it."""
    joined = "".join(stamps)
    if not _TIMES.fullmatch(joined):
        return None
    if not stamps:
        return 0, 0
    bare = joined.split("Z")[:-1]
    first, last = min(bare), max(bare)
    # What stands between two times of one day is of that day.
    dates = {first[:_DATE]} if first[:_DATE] == last[:_DATE] else {stamp[:_DATE] for stamp in bare}
    try:
        for date in dates:
            nanoseconds(f"{date}T00:00:00.0Z")
    except ValueError:
        return None
    return nanoseconds(f"{first}Z"), nanoseconds(f"{last}Z")
