"""What the packs know of the payloads of their services, for the decoder."""

from collections.abc import Iterable

import msgspec

from triage.models import DecodeTable, Pack
from triage.resources import parse_toml
from triage.rules.loader import shipped_packs

#: The types and messages of exceptions that are none.
IgnoredErrors = frozenset[tuple[str, str]]


def ignored_errors(packs: Iterable[Pack]) -> IgnoredErrors:
    """Return the exceptions of payloads that are no error, by type and message."""
    return _ignored(pack.decode for pack in packs)


def shipped_ignored_errors() -> IgnoredErrors:
    """Return those of the shipped packs; only the heads that have some are parsed."""
    tables = []
    for item in shipped_packs():
        text = (item.joinpath("pack.toml") if item.is_dir() else item).read_text(encoding="utf-8")
        if "\n[decode]" in text:
            tables.append(msgspec.convert(parse_toml(text)["decode"], DecodeTable))
    return _ignored(tables)


def _ignored(tables: Iterable[DecodeTable]) -> IgnoredErrors:
    return frozenset((error.type, error.message) for table in tables for error in table.ignored_errors)
