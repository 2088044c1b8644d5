"""JSON lines: what a Cloud Storage sink writes, and what most tools print."""

from collections.abc import Iterator

from triage.models import Gap, Record, Skipped, Source
from triage.reading.likeness import loaded
from triage.reading.limits import Limits
from triage.reading.sift import Sift, everything
from triage.reading.stream import Stream

_BOM = b"\xef\xbb\xbf"


def read_lines(
    stream: Stream, path: str, limits: Limits, sift: Sift = everything
) -> Iterator[Record | Gap | Skipped]:
    """Yield the objects of the lines; lines end at a line feed only, as other line breaks may stand in a string.

    A line that is too long is passed over without being held. The last line is cut when it neither ends nor is JSON.
    """
    position, longest = 0, limits.record
    rest = b""
    for block in stream:
        *lines, last = block.split(b"\n")
        if not lines:
            rest += last if len(rest) <= longest else b""
            continue
        lines[0], rest = rest + lines[0], last
        chosen, skipped = (sift if max(map(len, lines)) <= longest else everything)(path, lines)
        if skipped.severities:
            yield skipped
        for place in chosen:
            text = lines[place].strip()
            if text[:1] == b"{" and len(text) <= longest:
                yield Record(text, Source(path, position + place + 1))
            elif text:
                yield _other(text, path, position + place + 1, limits)
        position += len(lines)
    text = rest.strip()
    if text[:1] == b"{" and len(rest) <= longest and loaded(text) is None:
        yield Gap("cut_file", path, "the last line is cut", position + 1)
    elif text:
        yield _other(text, path, position + 1, limits)


def _other(text: bytes, path: str, position: int, limits: Limits) -> Record | Gap:
    text = text.removeprefix(_BOM)
    if len(text) > limits.record:
        return Gap("too_large", path, f"a line longer than {limits.record:,} bytes", position)
    if text[:1] == b"{":
        return Record(text, Source(path, position))
    excerpt = text[:80].decode("utf-8", "replace")
    if text.endswith((b"}", b"},", b'"')):
        return Gap("broken_record", path, f"not a JSON object: {excerpt!a}", position)
    return Gap("not_entries", path, f"text between the entries: {excerpt!a}", position)
