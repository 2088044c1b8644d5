"""Convert exports to UTF-8, as Windows tools write UTF-16 and byte-order marks."""

import codecs
from collections.abc import Iterator

from triage.reading.stream import Stream

_MARKS = {codecs.BOM_UTF8: "UTF-8", codecs.BOM_UTF16_LE: "UTF-16-LE", codecs.BOM_UTF16_BE: "UTF-16-BE"}


def to_utf8(stream: Stream) -> tuple[str, Stream]:
    """Return "UTF-16" or "", and the stream in UTF-8 without byte-order mark.

    UTF-16 is detected by its mark, or by a zero byte beside the first character, which is ASCII in every
    format. Invalid UTF-8 stays unchanged: the decoder makes such bytes visible.
    """
    head = stream.head(4)
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return ("UTF-16" if name != "UTF-8" else "", Stream(_recode(stream, len(mark), name)))
    if len(head) >= 2 and (head[0] == 0) != (head[1] == 0):
        return "UTF-16", Stream(_recode(stream, 0, "UTF-16-BE" if head[0] == 0 else "UTF-16-LE"))
    return "", stream


def _recode(stream: Stream, skip: int, name: str) -> Iterator[bytes]:
    decoder = None if name == "UTF-8" else codecs.getincrementaldecoder(name)("replace")
    for chunk in stream:
        rest, skip = chunk[skip:], max(skip - len(chunk), 0)
        yield decoder.decode(rest).encode() if decoder else rest
    if decoder:
        yield decoder.decode(b"", final=True).encode()
