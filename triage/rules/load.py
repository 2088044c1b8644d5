"""Rule packs from TOML, with all their faults told at once."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from triage import resources
from triage.errors import BadDataError, IOFailureError
from triage.models import Cause, Chain, Pack, Rule

_Noun = TypeVar("_Noun", Rule, Cause)
_TABLE = re.compile(r"^\s*\[\[\s*(rules|causes)\s*\]\]")


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with a pack, and where: ``str()`` gives ``file:line: what``."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        """Return the one line that a person reads."""
        return f"{self.path}:{self.line}: {self.what}"


class Source(msgspec.Struct, frozen=True):
    """One TOML file of a pack, and the line on which each of its rules and causes begins."""

    path: str
    text: str

    def lines(self, table: str) -> list[int]:
        """Return the line of each ``[[table]]``, in order."""
        return [
            number
            for number, line in enumerate(self.text.split("\n"), 1)
            if (match := _TABLE.match(line)) and match[1] == table
        ]


class Loaded(msgspec.Struct, frozen=True):
    """A pack as read: the pack (None when nothing is left to use), its faults, and where each id stands."""

    pack: Pack | None
    faults: list[Fault]
    places: dict[tuple[str, str], Fault]

    def fault(self, table: str, name: str, what: str) -> Fault:
        """Return a fault at the place of a rule or a cause."""
        place = self.places[table, name]
        return Fault(place.path, place.line, f"{table[:-1]} {name}: {what}")


def shipped() -> list[Traversable]:
    """Return the packs that come with the program, in order of name: TOML files and folders of them."""
    folder = resources.root("queries")
    packs = [
        item
        for item in folder.iterdir()
        if item.name.endswith(".toml") or item.joinpath("pack.toml").is_file()
    ]
    return sorted(packs, key=lambda item: item.name)


def load(extra: Sequence[Path] = ()) -> list[Pack]:
    """Return the user's packs first, then those that ship: an earlier pack recognises a line before a later one.

    A user's pack with the id of a shipped one stands in its place.

    Raises:
        BadDataError: some pack cannot be used; the message tells every fault with file and line.
        IOFailureError: a file cannot be read.

    """
    packs: list[Pack] = []
    faults: list[Fault] = []
    for item in [*extra, *shipped()]:
        loaded = read(item)
        faults += loaded.faults
        if loaded.pack is not None and loaded.pack.id not in {known.id for known in packs}:
            packs.append(loaded.pack)
    if faults:
        raise BadDataError("\n".join(map(str, faults)), "mend the pack and try `triage rules check` again")
    return sorted(packs, key=lambda pack: not pack.services)


def read(item: Traversable) -> Loaded:
    """Return the pack of a file, or of a folder whose pack.toml names its parts."""
    reader = _Reader()
    head_file = item.joinpath("pack.toml") if item.is_dir() else item
    source, data = reader.parse(head_file)
    parts = data.pop("parts", []) if item.is_dir() else []
    files = [(source, data), *(reader.parse(item.joinpath(f"{part}.toml")) for part in parts)]
    rules = [rule for part, values in files for rule in reader.convert(part, values, "rules", Rule)]
    causes = [cause for part, values in files for cause in reader.convert(part, values, "causes", Cause)]
    head = {key: value for key, value in data.items() if key not in ("rules", "causes")}
    try:
        pack = msgspec.convert({**head, "rules": [], "causes": []}, Pack)
    except msgspec.ValidationError as error:
        if data:
            reader.faults.append(Fault(source.path, 1, str(error)))
        return Loaded(None, reader.faults, reader.places)
    reader.faults += _chain_faults(source, pack.chain) if pack.chain is not None else []
    return Loaded(msgspec.structs.replace(pack, rules=rules, causes=causes), reader.faults, reader.places)


class _Reader:
    """The faults of one pack while its files are read, and where each of its rules and causes stands."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.places: dict[tuple[str, str], Fault] = {}

    def parse(self, item: Traversable) -> tuple[Source, dict[str, Any]]:
        """Return a file's text and its tables; no tables when it is not TOML."""
        source = Source(str(item), _text(item))
        try:
            return source, tomllib.loads(source.text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            self.faults.append(Fault(source.path, int(line[1]) if line else 1, f"not TOML: {error}"))
            return source, {}

    def convert(self, source: Source, data: dict[str, Any], table: str, noun: type[_Noun]) -> Iterator[_Noun]:
        """Yield what converts; note a fault, with the line of its table, for what does not."""
        values = data.get(table, [])
        lines = source.lines(table)
        if not isinstance(values, list) or len(lines) != len(values):
            self.faults.append(
                Fault(source.path, 1, f"write each of the {table} as a [[{table}]] table of its own")
            )
            return
        for line, value in zip(lines, values, strict=True):
            try:
                made = msgspec.convert(value, noun)
            except msgspec.ValidationError as error:
                name = value.get("id", "?") if isinstance(value, dict) else "?"
                self.faults.append(Fault(source.path, line, f"{table[:-1]} {name}: {error}"))
                continue
            if (table, made.id) in self.places:
                self.faults.append(Fault(source.path, line, f"{table[:-1]} {made.id}: the id stands twice"))
            self.places[table, made.id] = Fault(source.path, line, "")
            yield made


def _text(item: Traversable) -> str:
    try:
        return item.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadDataError(f"{item}: not UTF-8 at byte {error.start}", "save the pack as UTF-8") from None
    except OSError as error:
        raise IOFailureError(f"{item}: {error.strerror}", "name a rule pack that can be read") from None


def _chain_faults(source: Source, chain: Chain) -> Iterator[Fault]:
    """Yield a fault for each check that is named and that the chain does not have."""
    known = {check.id for check in chain.checks}
    named = [(f"phase {phase.name}", check) for phase in chain.phases for check in phase.checks]
    named += [(f"startup.{phase}", check) for phase, check in chain.startup.items() if check]
    for where, check in named:
        if check not in known:
            yield Fault(
                source.path, 1, f"chain: {where} names the check {check}, which chain.checks does not have"
            )
