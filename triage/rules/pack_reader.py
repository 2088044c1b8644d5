"""Reads rule packs from TOML: keeps what is valid and reports every fault."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import PurePath
from typing import Any, TypeVar

import msgspec
import rtoml

from triage.errors import IOFailureError
from triage.models import Cause, Chain, Pack, Rule
from triage.rules.fault import Fault

_Model = TypeVar("_Model", Rule, Cause)
#: Former keys of a cause: the error names the key to use.
_RENAMED_KEYS = {"outranks": "supersedes", "scene": "scope", "settle": "suggest"}
_TABLE = re.compile(r"\[\[\s*(rules|causes)\s*\]\]")


class TomlFile(msgspec.Struct, frozen=True):
    """One TOML file of a pack.

    Attributes:
        path: path of the file.
        text: its text.

    """

    path: str
    text: str

    def table_lines(self, table: str) -> list[int]:
        """Return the line of each ``[[table]]``, in order."""
        lines = []
        line, at = 1, 0
        for found in _TABLE.finditer(self.text):
            line += self.text.count("\n", at, found.start())
            at = found.start()
            before = self.text[self.text.rfind("\n", 0, at) + 1 : at]
            if found[1] == table and not before.strip():
                lines.append(line)
        return lines

    def line_of(self, *keys: str) -> int:
        """Return the first line that sets one of the keys or opens its table, else 1."""
        for key in keys:
            set_here = re.compile(rf"\s*(?:\[+\s*[\w.]*\b{key}\s*\]|{key}\s*=)")
            for number, line in enumerate(self.text.split("\n"), 1):
                if set_here.match(line):
                    return number
        return 1


class LoadedPack(msgspec.Struct, frozen=True):
    """A pack as read.

    Attributes:
        path: path of the file.
        pack: the pack with its valid rules and causes.
        usable: whether the head of the pack is valid.
        faults: faults found while reading.
        locations: location of each rule and cause, by table and id.

    """

    path: str
    pack: Pack
    usable: bool
    faults: list[Fault]
    locations: dict[tuple[str, str], Fault]

    def fault(self, table: str, name: str, what: str) -> Fault:
        """Return a fault at the location of a rule or a cause."""
        location = self.locations[table, name]
        return Fault(location.path, location.line, f"{table[:-1]} {name}: {what}")


def read_pack(item: Traversable) -> LoadedPack:
    """Return the pack of a file, or of a folder whose pack.toml lists its parts.

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
    by_part = {part: list(reader.convert(part, values, "causes", Cause)) for part, values in files}
    causes = [cause for part_causes in by_part.values() for cause in part_causes]
    pack = reader.head(source, head)
    usable = pack is not None
    if pack is None:
        pack = Pack(id="", title="", version=0, keywords=[], filter="", rules=[])
    elif pack.chain is not None:
        reader.faults += _chain_faults(source, pack.chain)
    names = {
        PurePath(part.path).stem: [cause.id for cause in found] for part, found in by_part.items() if found
    }
    pack = msgspec.structs.replace(pack, rules=rules, causes=causes, causes_by_part=names)
    return LoadedPack(source.path, pack, usable, reader.faults, reader.locations)


class PackReader:
    """Reads the files of one pack; collects faults and the location of each rule and cause."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.locations: dict[tuple[str, str], Fault] = {}

    def parse(self, item: Traversable) -> tuple[TomlFile, dict[str, Any]]:
        """Return a file with its tables, which are empty when it is not TOML."""
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
            return source, _parse_toml(source.text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            reported = re.search(r"line (\d+)", str(error))
            self.faults.append(Fault(source.path, int(reported[1]) if reported else 1, f"not TOML: {error}"))
            return source, {}

    def parts(self, source: TomlFile, head: dict[str, Any]) -> list[str]:
        """Return the names of the other files of a folder."""
        parts = head.pop("parts", [])
        if isinstance(parts, list) and all(isinstance(p, str) and re.fullmatch(r"[\w-]+", p) for p in parts):
            return parts
        self.faults.append(Fault(source.path, source.line_of("parts"), "parts: a list of names of files"))
        return []

    def head(self, source: TomlFile, data: dict[str, Any]) -> Pack | None:
        """Return the pack without rules and causes, or None and its faults."""
        head = {**data, "rules": [], "causes": []}
        try:
            return msgspec.convert(head, Pack)
        except msgspec.ValidationError:
            if data:
                for key, what in invalid_keys(head, Pack):
                    inner = re.findall(r"\w+", what.partition("`$")[2])
                    self.faults.append(Fault(source.path, source.line_of(*reversed(inner), key), what))
        return None

    def convert(
        self, source: TomlFile, data: dict[str, Any], table: str, model: type[_Model]
    ) -> Iterator[_Model]:
        """Yield the valid tables; record a fault, with its line, for each invalid one."""
        values = data.get(table, [])
        lines = source.table_lines(table)
        if not isinstance(values, list) or len(lines) != len(values):
            what = f"write each of the {table} as a [[{table}]] table of its own"
            self.faults.append(Fault(source.path, source.line_of(table), what))
            return
        for line, value in zip(lines, values, strict=True):
            try:
                converted = msgspec.convert(value, model)
            except msgspec.ValidationError:
                name = f"{table[:-1]} {value.get('id', '?')}"
                self.faults += [
                    Fault(source.path, line, f"{name}: {what}") for _, what in invalid_keys(value, model)
                ]
                continue
            first = self.locations.setdefault((table, converted.id), Fault(source.path, line, ""))
            if (first.path, first.line) != (source.path, line):
                what = f"the id stands twice, first at {first.path}:{first.line}"
                self.faults.append(Fault(source.path, line, f"{table[:-1]} {converted.id}: {what}"))
                continue
            yield converted


def _parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text.

    rtoml is six times as fast as tomllib, and every start reads a megabyte of packs; tomllib names the line
    of an error.
    """
    try:
        return rtoml.loads(text)
    except rtoml.TomlParsingError:
        return tomllib.loads(text)


def invalid_keys(value: dict[str, Any], model: type[msgspec.Struct]) -> Iterator[tuple[str, str]]:
    """Yield each key of a table that does not fit a model, with the fault."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(model)}
    renamed = _RENAMED_KEYS if model is Cause else {}
    for key in value.keys() - fields.keys():
        advice = f": use {renamed[key]}" if key in renamed else ""
        yield key, f"unknown key {key}{advice}"
    replaced = {new for old, new in renamed.items() if old in value}
    for key, field in fields.items():
        if key not in value:
            if field.required and key not in replaced:
                yield key, f"{key} is missing"
            continue
        try:
            msgspec.convert(value[key], field.type)
        except msgspec.ValidationError as error:
            yield key, f"{key}: {error}"


def _chain_faults(source: TomlFile, chain: Chain) -> Iterator[Fault]:
    """Yield a fault for each duplicate name of the chain and each unknown check."""
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
