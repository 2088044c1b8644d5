"""Reads rule packs from TOML: keeps what is valid and reports every fault."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from triage.errors import IOFailureError
from triage.models import Cause, Pack, Playbook, Rule
from triage.resources import parse_toml
from triage.rules.defaults import CauseDefaults
from triage.rules.fault import Fault, advice
from triage.rules.keys import FILLED_BY_READER, invalid_keys, without_invalid_keys
from triage.rules.playbook_names import shared_blocks
from triage.rules.toml_file import TableHeader, TomlFile

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_Model = TypeVar("_Model", Rule, Cause)


class LoadedPack(msgspec.Struct, frozen=True):
    """A pack as read.

    Attributes:
        path: path of the file.
        pack: the pack with its valid rules and causes.
        usable: whether the head of the pack is valid.
        faults: faults found while reading.
        headers: where each rule and cause stands, by table and id.
        head: the file that holds the head of the pack.

    """

    path: str
    pack: Pack
    usable: bool
    faults: list[Fault]
    headers: dict[tuple[str, str], TableHeader]
    head: TomlFile

    def fault(self, table: str, name: str, what: str, key: str = "") -> Fault:
        """Return a fault at a key of a rule or a cause, or at its header."""
        header = self.headers[table, name]
        source, line = header.file, header.line
        return Fault(source.path, source.key_line(line, key) if key else line, f"{table[:-1]} {name}: {what}")


def read_pack(item: "Traversable") -> LoadedPack:
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
    playbooks = read_playbooks(item, reader)
    rules = [rule for part, values in files for rule in reader.convert(part, values, "rules", Rule)]
    complete = CauseDefaults(rules, playbooks).complete
    by_part = {part: list(reader.convert(part, values, "causes", Cause, complete)) for part, values in files}
    causes = [cause for part_causes in by_part.values() for cause in part_causes]
    pack = reader.head(source, head)
    usable = pack is not None
    if pack is None:
        pack = Pack(id="")
    names = {
        PurePath(part.path).stem: [cause.id for cause in found] for part, found in by_part.items() if found
    }
    pack = msgspec.structs.replace(
        pack,
        title=pack.title or pack.id,
        primary=pack.primary or (pack.services if pack.chain else []),
        rules=rules,
        causes=causes,
        causes_by_part=names,
        playbooks=playbooks,
    )
    return LoadedPack(source.path, pack, usable, reader.faults, reader.headers, source)


def read_playbooks(item: "Traversable", reader: "PackReader") -> dict[str, Playbook]:
    """Return the playbooks in the folder ``playbooks`` beside a pack, by name."""
    folder = item.joinpath("playbooks") if item.is_dir() else _beside(item, "playbooks")
    if folder is None or not folder.is_dir():
        return {}
    found: dict[str, Playbook] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        source, data = reader.parse(file)
        try:
            playbook = msgspec.convert(data, Playbook)
        except msgspec.ValidationError as error:
            faults = [(source.line_of(*path), what) for path, what in invalid_keys(data, Playbook)]
            reader.faults += [Fault(source.path, line, what) for line, what in faults or [(1, str(error))]]
            playbook = Playbook(title="", means="")
        for number, name in enumerate(playbook.use):
            if name not in shared_blocks():
                what = f"use: no shared block is named {name}{advice(name, shared_blocks())}"
                reader.faults.append(Fault(source.path, source.line_of("use", number), what))
        found[file.name.removesuffix(".toml")] = playbook
    return found


def _beside(item: "Traversable", name: str) -> "Traversable | None":
    """Return what has a name in the folder of a file; a shipped pack inside a wheel has no such folder."""
    return item.parent / name if isinstance(item, Path) else None


class PackReader:
    """Reads the files of one pack; collects faults, and where each rule and cause stands."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.headers: dict[tuple[str, str], TableHeader] = {}

    def parse(self, item: "Traversable") -> tuple[TomlFile, dict[str, Any]]:
        """Return a file with its tables, which are empty when it is not TOML."""
        try:
            data = item.read_bytes()
        except OSError as error:
            raise IOFailureError(f"{item}: {error.strerror}", "name a file that can be read") from None
        text = data.decode("utf-8", "replace")
        source = TomlFile(str(item), text.replace("\r\n", "\n") if "\r" in text else text)
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self.faults.append(Fault(source.path, line, "not UTF-8: save the file as UTF-8"))
            return source, {}
        try:
            return source, parse_toml(source.text)
        except (ValueError, RecursionError) as error:
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
            pack = msgspec.convert(head, Pack)
        except msgspec.ValidationError:
            pack = None
        if pack is None or FILLED_BY_READER & data.keys():
            if data:
                self.faults += [
                    Fault(source.path, source.line_of(*path), what) for path, what in invalid_keys(head, Pack)
                ]
            return None
        return pack

    def convert(
        self,
        source: TomlFile,
        data: dict[str, Any],
        table: str,
        model: type[_Model],
        complete: Callable[[dict[str, Any]], dict[str, Any]] = dict,
    ) -> Iterator[_Model]:
        """Yield the tables, each ``complete`` with what it omits; record a fault for each invalid key.

        A table is yielded without its invalid keys, so that the others are checked too, unless an invalid or
        missing key is one that it needs.
        """
        values = data.get(table, [])
        if not isinstance(values, list) or not source.has_tables(table, len(values)):
            what = f"write each of the {table} as a [[{table}]] table of its own"
            self.faults.append(Fault(source.path, source.line_of(table), what))
            return
        for number, value in enumerate(values):
            header = TableHeader(source, table, number)
            try:
                converted = msgspec.convert(complete(value), model)
            except msgspec.ValidationError:
                name = str(value.get("id", "?"))
                for path, what in invalid_keys(value, model):
                    at = source.key_line(header.line, str(path[0])) if path else header.line
                    self.faults.append(Fault(source.path, at, f"{table[:-1]} {name}: {what}"))
                try:
                    converted = msgspec.convert(complete(without_invalid_keys(value, model)), model)
                except msgspec.ValidationError:
                    self.headers.setdefault((table, name), header)
                    continue
            first = self.headers.setdefault((table, converted.id), header)
            if first is not header:
                what = f"the id stands twice, first at {first.file.path}:{first.line}"
                self.faults.append(Fault(source.path, header.line, f"{table[:-1]} {converted.id}: {what}"))
                continue
            yield converted
