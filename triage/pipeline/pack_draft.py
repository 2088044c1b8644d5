"""Draft a pack from logs: read them twice, once for the service, once for its lines."""

import re
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from triage.errors import BadDataError, UsageError
from triage.failures import is_output
from triage.pipeline.analysis_runner import read_entries
from triage.pipeline.record_sources import Sources
from triage.pipeline.selection import ALL, Selection
from triage.redact import Redactor
from triage.rules.checker import check_packs
from triage.rules.draft import UNSURE, PackDraft, write_draft
from triage.rules.loader import shipped_packs

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)
_RULE = re.compile(r"rule ([\w-]+):")


class DraftedPack(msgspec.Struct, frozen=True):
    """A pack that was drafted from logs.

    Attributes:
        text: the pack as TOML; it passes ``triage rules check``.
        service: the service whose lines it is made of.
        checks: its checks, in order.
        rules: number of rules.
        causes: number of causes.
        unsure: number of places where a person must decide.

    """

    text: str
    service: str
    checks: list[str]
    rules: int
    causes: int
    unsure: int


def draft_pack(
    name: str, sources: Sources, selection: Selection = ALL, *, notify: Callable[[str], None] | None = None
) -> DraftedPack:
    """Return a pack for the service of some exports; secrets are masked in its samples.

    Without a service in ``selection``, it is the one that printed the most lines that look like a readiness
    chain, else the most lines.

    Raises:
        BadDataError: no line of a service is in the exports.
        UsageError: the name is no id of a pack, or a shipped pack has it.

    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is not a valid name of a pack",
            "use lower-case letters, digits and dashes, such as orders-api",
        )
    if name in {item.name.removesuffix(".toml") for item in shipped_packs()}:
        raise UsageError(f"{name} is the name of a shipped pack", "choose another name")
    redactor = Redactor()
    drafts: dict[str, PackDraft] = {}
    lines: Counter[str] = Counter()
    for entry in read_entries(sources, selection, notify=notify):
        if not is_output(entry):
            continue
        lines[entry.service] += 1
        draft = drafts.get(entry.service)
        if draft is None:
            draft = drafts[entry.service] = PackDraft(entry.service, redactor.redact_text)
        draft.observe(entry)
    if not drafts:
        raise BadDataError(
            "the exports hold no line that a service printed", "name an export of its stdout and stderr"
        )
    draft = max(drafts.values(), key=lambda found: (found.steps, lines[found.service], found.service))
    rules = draft.finish()
    text = write_draft(name, draft, rules)
    while faulty := _faulty_rules(text):
        rules = [rule for rule in rules if rule.id not in faulty]
        text = write_draft(name, draft, rules)
    reported = any(rule.step == "check" for rule in rules)
    return DraftedPack(
        text,
        draft.service,
        [check for checks in draft.phases.values() for check in checks] if reported else [],
        len(rules),
        text.count("[[causes]]"),
        text.count(UNSURE),
    )


def _faulty_rules(text: str) -> set[str]:
    """Return the ids of the rules that ``triage rules check`` refuses, such as one that another one hides."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pack.toml"
        file.write_text(text, encoding="utf-8")
        found = (_RULE.match(fault.what) for fault in check_packs([file])[1])
        return {rule[1] for rule in found if rule is not None}
