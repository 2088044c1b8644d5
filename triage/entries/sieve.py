"""A quick look at many records: which of them may matter, so that the rest is counted and timed without being decoded.

It takes a pass of the decoder's own JSON reader over the few fields that decide it, and one search for all that is
looked for in the texts of a whole block. It lets too much through rather than too little, so that the documents are
the same with it. Only of a record that looks as the API writes it, has a value of an impossible type where the glance
does not look, and says something else in keys of another style, may it see the wrong one; nothing writes such a record.
"""

import re
from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation

from triage.entries.bounds import Bounds
from triage.entries.decode import path_of
from triage.entries.glance import Glance, Glancer, PlacedGlance, Spot, UnplacedGlance
from triage.entries.times import nanoseconds
from triage.models import Skipped

#: A text that holds ANSI codes, or may be nothing but a logger's prefix: it ends as one does.
_ODD = ["\x1b", " \n", "]\n", ">\n", "|\n", "-\n"]
#: Times as the API writes them, each on a line. Without their Z they are as texts in order of time.
_TIMES = re.compile(r"(?:\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z\n)*+", re.ASCII)
_DATE = len("2026-03-17")
_path = lru_cache(maxsize=4096)(path_of)
#: The number of some records, those that may matter with their places, and the account of the others.
_Sifted = tuple[int, list[tuple[int, bytes]], Skipped]
#: What else than an error has to say something to matter. A text may name the severity of an entry without one.
_QUIET = frozenset({"DEBUG", "INFO", "NOTICE", "WARNING"})


class Sieve:
    """Tells which records of a block to decode: errors, those that say one of the ``wanted`` texts, and odd ones.

    Of the others each is a JSON object that is a LogEntry. A record that is none, or no JSON, may matter.
    """

    def __init__(self, wanted: Sequence[str], bounds: Bounds | None = None) -> None:
        """Look for these texts; of one with line breaks, which a logger may have escaped, for its longest line.

        Of what is passed over it is told how much lies outside of ``bounds``.
        """
        self._bounds = bounds
        self._glancer = Glancer(UnplacedGlance if bounds is None else PlacedGlance)
        literals = {max(text.split("\n"), key=len) for text in wanted}
        self._index = AhoCorasick(sorted(literals.union(_ODD)), implementation=Implementation.DFA)

    def pieces(self, path: str, pieces: Sequence[bytes]) -> tuple[list[int], Skipped]:
        """Return the places of the pieces that may matter, and the account of the others."""
        return self._sifted(path, list(map(self._glancer.one, pieces)))

    def lines(self, path: str, text: bytes) -> _Sifted | None:
        """Return how many lines a text has, those that may matter with their places, and the account of the others.

        It takes one pass over all of them; None where some are not what most are, so that each is to be looked at.
        """
        # A line feed cannot stand inside a text, and inside an object it would be one more than there are seams.
        glances = self._glancer.lines(text)
        return self._at_once(path, text, b"\n", glances) if text.count(b"\n") == len(glances) - 1 else None

    def listed(self, path: str, text: bytes, between: bytes) -> _Sifted | None:
        """Return what ``lines`` returns of the objects of a list, where ``between`` two of them always stands the same."""
        glances = self._glancer.listed(text)
        found = self._at_once(path, text, between, glances)
        # The same may stand inside an object, too, or inside a text.
        sound = found and all(self._glancer.one(piece) == glances[place] for place, piece in found[1])
        return found if sound else None

    def _at_once(self, path: str, text: bytes, between: bytes, glances: Sequence[Glance]) -> _Sifted | None:
        seams = _seam(between).find_matches_as_indexes(text)
        if len(seams) != len(glances) - 1 or (text[:1], text[-1:]) != (b"{", b"}"):
            return None
        places, skipped = self._sifted(path, glances)
        starts = [0, *(end - 1 for _, _, end in seams)]
        ends = [*(start + 1 for _, start, _ in seams), len(text)]
        return len(glances), [(place, text[starts[place] : ends[place]]) for place in places], skipped

    def _sifted(self, path: str, glances: Sequence[Glance]) -> tuple[list[int], Skipped]:
        """Return the places of the records that may matter, and the account of the others."""
        texts = [
            # What the decoder makes of the payload; see decode.py.
            glance.text_payload or ((payload := glance.json_payload) and payload.message) or _asked(glance)
            for glance in glances
        ]
        severities: list[str] = [glance.severity for glance in glances]
        matter = self._telling(texts)
        matter.update(
            place
            for place, (severity, text) in enumerate(zip(severities, texts, strict=True))
            if severity not in _QUIET or not text
        )
        spots = [] if self._bounds is None else [glance.place for glance in glances]
        matter.update(place for place, spot in enumerate(spots) if spot is None)
        stamps = [glance.timestamp for glance in glances]
        for place in sorted(matter, reverse=True):
            del severities[place], stamps[place]
        span = _span(stamps)
        if span is None:
            matter.update(place for place, glance in enumerate(glances) if _span([glance.timestamp]) is None)
            passed = [glance for place, glance in enumerate(glances) if place not in matter]
            severities = [glance.severity for glance in passed]
            span = _span([glance.timestamp for glance in passed]) or (0, 0)
        skipped = Skipped(path, Counter(severities), *span, self._outside(glances, spots, matter))
        return sorted(matter), skipped

    def _outside(self, glances: Sequence[Glance], spots: Sequence[Spot | None], matter: set[int]) -> int:
        """Return how many of the records that do not matter lie outside of the bounds."""
        if self._bounds is None:
            return 0
        passed = [
            (nanoseconds(glance.timestamp), spot)
            for place, (glance, spot) in enumerate(zip(glances, spots, strict=True))
            if spot is not None and place not in matter
        ]
        return sum(not self._bounds.hold(time, *spot) for time, spot in passed)

    def _telling(self, texts: Sequence[str]) -> set[int]:
        """Return the places of the texts in which something stands that is looked for."""
        ends = list(accumulate([len(text) + 1 for text in texts]))
        found = self._index.find_matches_as_indexes("\n".join([*texts, ""]))
        return {bisect(ends, start) for _, start, _ in found}


@lru_cache(maxsize=16)
def _seam(between: bytes) -> BytesAhoCorasick:
    """Return what finds the places where an object ends and another begins."""
    return BytesAhoCorasick([b"}%b{" % between])


def _asked(glance: Glance) -> str:
    """Return the message that a request without text has, "" where it takes more than a glance to tell."""
    request = glance.http_request
    if request is None or not request.request_method or glance.proto_payload is not None:
        return ""
    path = _path(request.request_url)
    return f"{request.request_method} {path} {request.status}" if path else ""


def _span(stamps: Sequence[str]) -> tuple[int, int] | None:
    """Return the first and the last of some times; (0, 0) of none, None where one is no time as the API writes it."""
    if not stamps:
        return 0, 0
    joined = "\n".join([*stamps, ""])
    if not _TIMES.fullmatch(joined):
        return None
    bare = sorted(joined.split("Z\n")[:-1])
    if len(bare) != len(stamps):
        return None
    first, last = bare[0], bare[-1]
    # What stands between two times of one day is of that day.
    dates = {first[:_DATE]} if first[:_DATE] == last[:_DATE] else {stamp[:_DATE] for stamp in bare}
    try:
        for date in dates:
            nanoseconds(f"{date}T00:00:00.0Z")
    except ValueError:
        return None
    return nanoseconds(f"{first}Z"), nanoseconds(f"{last}Z")
