"""Rule packs from TOML: what converts is kept, and of everything else it is said what is wrong and where."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec

from triage.errors import IOFailureError
from triage.models import Cause, Chain, Pack, Rule
from triage.rules.fault import Fault

_Noun = TypeVar("_Noun", Rule, Cause)
_TABLE = re.compile(r"^\s*\[\[\s*(rules|causes)\s*\]\]")


class TomlFile(msgspec.Struct, frozen=True):
    """One TOML file of a pack."""

    path: str
    text: str

    def lines(self, table: str) -> list[int]:
        """Return the line of each ``[[table]]``, in order."""
        return [
            number
            for number, line in enumerate(self.text.split("\n"), 1)
            if (match := _TABLE.match(line)) and match[1] == table
        ]

    def line_of(self, *keys: str) -> int:
        """Return the first line that sets one of the keys or opens a table of its name, else 1."""
        for key in keys:
            set_here = re.compile(rf"\s*(?:\[+\s*[\w.]*\b{key}\s*\]|{key}\s*=)")
            for number, line in enumerate(self.text.split("\n"), 1):
                if set_here.match(line):
                    return number
        return 1


class LoadedPack(msgspec.Struct, frozen=True):
    """A pack as read: its rules and causes that convert, its faults, and where each id stands.

    ``pack`` is usable only if ``whole``: without faults in what names and describes it.
    """

    path: str
    pack: Pack
    whole: bool
    faults: list[Fault]
    places: dict[tuple[str, str], Fault]

    def fault(self, table: str, name: str, what: str) -> Fault:
        """Return a fault at the place of a rule or a cause."""
        place = self.places[table, name]
        return Fault(place.path, place.line, f"{table[:-1]} {name}: {what}")


def read_pack(item: Traversable) -> LoadedPack:
    """Return the pack of a file, or of a folder whose pack.toml names its parts.

    Raises:
        IOFailureError: the pack, or one of its parts, cannot be read.

    """
    reader = PackReader()
    head_file = item.joinpath("pack.toml") if item.is_dir() else item
    source, head = reader.parse(head_file)
    files: list[tuple[TomlFile, dict[str, Any]]] = [
        (source, {table: head.pop(table) for table in ("rules", "causes") if table in head})
    ]
    for part in reader.parts(source, head) if item.is_dir() else []:
        part_source, data = reader.parse(item.joinpath(f"{part}.toml"))
        for key in data.keys() - {"rules", "causes"}:
            what = f"a part of a pack holds rules and causes only, not {key}"
            reader.faults.append(Fault(part_source.path, part_source.line_of(key), what))
        files.append((part_source, data))
    rules = [rule for part, values in files for rule in reader.convert(part, values, "rules", Rule)]
    causes = [cause for part, values in files for cause in reader.convert(part, values, "causes", Cause)]
    pack = reader.head(source, head)
    whole = pack is not None
    if pack is None:
        pack = Pack(id="", title="", version=0, keywords=[], filter="", rules=[])
    elif pack.chain is not None:
        reader.faults += _chain_faults(source, pack.chain)
    pack = msgspec.structs.replace(pack, rules=rules, causes=causes)
    return LoadedPack(source.path, pack, whole, reader.faults, reader.places)


class PackReader:
    """The faults of one pack while its files are read, and where each of its rules and causes stands."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.places: dict[tuple[str, str], Fault] = {}

    def parse(self, item: Traversable) -> tuple[TomlFile, dict[str, Any]]:
        """Return a file's text and its tables; no tables when it is not TOML."""
        try:
            data = item.read_bytes()
        except OSError as error:
            raise IOFailureError(f"{item}: {error.strerror}", "name a file that can be read") from None
        source = TomlFile(str(item), data.decode("utf-8", "replace").replace("\r\n", "\n"))
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self.faults.append(Fault(source.path, line, "not UTF-8: save the file as UTF-8"))
            return source, {}
        try:
            return source, tomllib.loads(source.text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            line_told = re.search(r"line (\d+)", str(error))
            self.faults.append(
                Fault(source.path, int(line_told[1]) if line_told else 1, f"not TOML: {error}")
            )
            return source, {}

    def parts(self, source: TomlFile, head: dict[str, Any]) -> list[str]:
        """Return the names of a folder's other files."""
        parts = head.pop("parts", [])
        if isinstance(parts, list) and all(isinstance(p, str) and re.fullmatch(r"[\w-]+", p) for p in parts):
            return parts
        self.faults.append(Fault(source.path, source.line_of("parts"), "parts: a list of names of files"))
        return []

    def head(self, source: TomlFile, data: dict[str, Any]) -> Pack | None:
        """Return the pack without its rules and causes; None, and its faults, when it does not convert."""
        head = {**data, "rules": [], "causes": []}
        try:
            return msgspec.convert(head, Pack)
        except msgspec.ValidationError:
            if data:
                for key, what in invalid_keys(head, Pack):
                    inner = re.findall(r"\w+", what.partition("`$")[2])
                    self.faults.append(Fault(source.path, source.line_of(*reversed(inner), key), what))
        return None

    def convert(self, source: TomlFile, data: dict[str, Any], table: str, noun: type[_Noun]) -> Iterator[_Noun]:
        """Yield what converts; note a fault, with the line of its table, for what does not."""
        values = data.get(table, [])
        lines = source.lines(table)
        if not isinstance(values, list) or len(lines) != len(values):
            what = f"write each of the {table} as a [[{table}]] table of its own"
            self.faults.append(Fault(source.path, source.line_of(table), what))
            return
        for line, value in zip(lines, values, strict=True):
            try:
                made = msgspec.convert(value, noun)
            except msgspec.ValidationError:
                name = f"{table[:-1]} {value.get('id', '?')}"
                self.faults += [
                    Fault(source.path, line, f"{name}: {what}") for _, what in invalid_keys(value, noun)
                ]
                continue
            first = self.places.setdefault((table, made.id), Fault(source.path, line, ""))
            if (first.path, first.line) != (source.path, line):
                what = f"the id stands twice, first at {first.path}:{first.line}"
                self.faults.append(Fault(source.path, line, f"{table[:-1]} {made.id}: {what}"))
                continue
            yield made


def invalid_keys(value: dict[str, Any], noun: type[msgspec.Struct]) -> Iterator[tuple[str, str]]:
    """Yield each key of a table that does not fit a noun, with what is wrong."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(noun)}
    for key in value.keys() - fields.keys():
        yield key, f"unknown key {key}"
    for key, field in fields.items():
        if key not in value:
            if field.required:
                yield key, f"{key} is missing"
            continue
        try:
            msgspec.convert(value[key], field.type)
        except msgspec.ValidationError as error:
            yield key, f"{key}: {error}"


def _chain_faults(source: TomlFile, chain: Chain) -> Iterator[Fault]:
    """Yield a fault for each name of the chain that stands twice, and for each check that the chain does not have."""
    names: dict[str, list[Any]] = {
        "chain.checks": [check.id for check in chain.checks],
        "chain.phases": [phase.number for phase in chain.phases],
        "the checks of chain.phases": [check for phase in chain.phases for check in phase.checks],
    }
    for where, values in names.items():
        for value, count in Counter(values).items():
            if count > 1:
                yield Fault(
                    source.path, source.line_of("chain"), f"chain: {where} names {value} {count} times"
                )
    known = set(names["chain.checks"])
    named = [(f"phase {phase.name}", check, "phases") for phase in chain.phases for check in phase.checks]
    named += [(f"startup.{phase}", check, "startup") for phase, check in chain.startup.items() if check]
    for where, check, key in named:
        if check not in known:
            what = f"chain: {where} names the check {check}, which chain.checks does not have"
            yield Fault(source.path, source.line_of(key), what)
