"""What is wrong with the keys of a table: unknown, missing, or of a value that they cannot have."""

import re
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Any, Literal, TypeGuard, Union, get_args, get_origin

import msgspec

from triage.models import Cause, Pack
from triage.rules.fault import advice

#: Former keys of a cause: the error names the key to use.
_RENAMED = {"outranks": "supersedes", "scene": "scope", "settle": "suggest"}
#: Fields that the reader of packs fills, and that a file cannot.
FILLED_BY_READER = frozenset({"causes_by_part", "playbooks"})
#: What a value is in TOML, by the names that msgspec gives to types.
_TYPES = {
    "`str`": "a text",
    "`int`": "a whole number",
    "`float`": "a number",
    "`bool`": "true or false",
    "`array`": "a list",
    "`object`": "a table",
    "`null`": "nothing",
}

#: Where a key is: names of tables and keys, and numbers in lists.
KeyPath = tuple[str | int, ...]


def invalid_keys(
    value: Mapping[str, Any], model: type[msgspec.Struct], path: KeyPath = ()
) -> Iterator[tuple[KeyPath, str]]:
    """Yield the path of each key of a table that does not fit a model, with the fault."""
    filled = FILLED_BY_READER if model is Pack else frozenset()
    fields = {
        field.encode_name: field for field in msgspec.structs.fields(model) if field.encode_name not in filled
    }
    renamed = _RENAMED if model is Cause else {}
    for key in value.keys() - fields.keys():
        used = f": use {renamed[key]}" if key in renamed else advice(key, fields)
        yield (*path, key), f"unknown key {_written((*path, key))}{used}"
        if key in renamed:
            found = _invalid_values(value[key], fields[renamed[key]].type, (renamed[key],))
            yield from (((key,), what) for _, what in found)
    replaced = {new for old, new in renamed.items() if old in value}
    for key, field in fields.items():
        if key in value:
            yield from _invalid_values(value[key], field.type, (*path, key))
        elif field.required and key not in replaced:
            yield path, f"{_written((*path, key))} is missing"


def _invalid_values(value: Any, kind: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Yield the fault of a value, or those of the values in it."""
    inner = [one for one in _alternatives(kind) if one is not NoneType]
    if len(inner) == 1 and _is_model(inner[0]) and isinstance(value, dict):
        yield from invalid_keys(value, inner[0], path)
        return
    items = get_args(inner[0])[0] if len(inner) == 1 and get_origin(inner[0]) is list else None
    if items is not None and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _invalid_values(item, items, (*path, number))
        return
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        yield path, f"{_written(path)}: {_in_words(value, kind, str(error))}"


def _in_words(value: Any, kind: Any, error: str) -> str:
    words = [word for one in _alternatives(kind) if get_origin(one) is Literal for word in get_args(one)]
    if words and isinstance(value, str):
        return f"{value!r} is not allowed{advice(value, words)}"
    limit = re.match(r"Expected `\w+` ([<>]=? .+)", error)
    if limit is not None:
        return f"{value} is not allowed; it must be {limit[1]}"
    pattern = re.match(r"Expected `str` matching regex '(.+)'", error)
    if pattern is not None:
        return f"{value!r} is not allowed; it must match {pattern[1]}"
    expected = re.match(r"Expected (.+), got (`\w+`)", error)
    if expected is None:
        return error
    needed = " or ".join(_TYPES.get(name, name) for name in re.findall(r"`\w+`", expected[1]))
    return f"{needed or expected[1]} is needed, not {_TYPES.get(expected[2], expected[2])}"


def _alternatives(kind: Any) -> list[Any]:
    """Return the types of a union, or the type."""
    if get_origin(kind) in (Union, UnionType):
        return [one for part in get_args(kind) for one in _alternatives(part)]
    return [kind]


def _is_model(kind: Any) -> TypeGuard[type[msgspec.Struct]]:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _written(path: KeyPath) -> str:
    """Return a path as people write it: ``chain.phases[2].name``, counted from 1."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part + 1}]"
        else:
            written += f".{part}" if written else part
    return written


def without_invalid_keys(value: Mapping[str, Any], model: type[msgspec.Struct]) -> dict[str, Any]:
    """Return a table without its invalid keys and with the new names of former ones.

    So the other keys of the table can still be checked.
    """
    renamed = _RENAMED if model is Cause else {}
    table = {renamed.get(key, key): item for key, item in value.items()}
    invalid = {path[0] for path, _ in invalid_keys(table, model) if path}
    return {key: item for key, item in table.items() if key not in invalid}
