"""Try a pack on logs: which rule matches each line, and why none does."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from triage.failures import is_output
from triage.pipeline.analysis_runner import load_packs, read_entries
from triage.pipeline.record_sources import Sources
from triage.pipeline.selection import ALL, Selection
from triage.redact import Redactor
from triage.rules.line_test import LineTest, PackTester
from triage.text import message_template

#: Different lines that are kept: lines that differ in numbers only are the same.
_MOST_LINES = 1000


class TriedLine(msgspec.Struct):
    """Lines that are the same but for their numbers.

    Attributes:
        line: the first of them, secrets masked.
        result: what the pack makes of it.
        count: how many there are.

    """

    line: str
    result: LineTest
    count: int = 0


class TriedPack(msgspec.Struct):
    """What a pack makes of logs.

    Attributes:
        lines: different lines, in order of time.
        omitted: lines beyond the limit.
        unused: rules that matched no line.

    """

    lines: list[TriedLine]
    omitted: int
    unused: list[str]


def try_pack(
    path: Path, sources: Sources, selection: Selection = ALL, *, notify: Callable[[str], None] | None = None
) -> TriedPack:
    """Return which rule of a pack matches each line of some exports, and why none does.

    Lines of Cloud Run itself are tried only where a rule matches them.

    Raises:
        BadDataError: the pack is invalid; the message lists every fault with file and line.

    """
    pack = load_packs([path])[0]
    tester, mask = PackTester(pack), Redactor().redact_text
    found: dict[tuple[str, str], TriedLine] = {}
    used: set[str] = set()
    omitted = 0
    for entry in read_entries(sources, selection, notify=notify):
        result = tester.test(entry)
        if not entry.message or not (result.rule or is_output(entry)):
            continue
        used.add(result.rule)
        key = (result.rule, message_template(entry.message))
        if key not in found and len(found) >= _MOST_LINES:
            omitted += 1
            continue
        line = found.setdefault(key, TriedLine(mask(entry.message.partition("\n")[0]), result))
        line.count += 1
    return TriedPack(list(found.values()), omitted, [rule.id for rule in pack.rules if rule.id not in used])
