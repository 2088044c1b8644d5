"""The JSON Schemas of packs and playbooks, for editors that complete and check TOML.

Taplo reads schemas up to draft 4 (https://taplo.tamasfe.dev), so they use no newer keyword.
"""

import inspect
import re
from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from triage.models import STEPS, Pack, Playbook
from triage.rules.keys import FILLED_BY_READER

_TEMPLATE = "#/definitions/{name}"
#: A field in the Attributes of a docstring, with the lines that continue it.
_FIELD = re.compile(r"^ {4}(\w+): (.+(?:\n {8,}.+)*)", re.MULTILINE)


def pack_schema() -> dict[str, Any]:
    """Return the schema of a pack: a file of its own, or the pack.toml of a folder."""
    schema = _schema(Pack, "A rule pack of triage")
    parts = {
        "description": "names of the other files of the folder, without .toml",
        "type": "array",
        "items": {"type": "string", "pattern": "^[\\w-]+$"},
    }
    return schema | {"properties": schema["properties"] | {"parts": parts}}


def part_schema() -> dict[str, Any]:
    """Return the schema of a part of a pack, which holds rules and causes only."""
    schema = _schema(Pack, "A part of a rule pack of triage")
    properties = {name: schema["properties"][name] for name in ("rules", "causes")}
    part = {**schema, "description": "Rules and causes.", "properties": properties}
    return {name: value for name, value in part.items() if name != "required"}


def playbook_schema() -> dict[str, Any]:
    """Return the schema of a playbook."""
    return _schema(Playbook, "A playbook of triage")


def _schema(model: type[msgspec.Struct], title: str) -> dict[str, Any]:
    _, components = msgspec.json.schema_components([model], ref_template=_TEMPLATE)
    models = {found.__name__: found for found in _models(model)}
    described = {name: _describe(schema, models[name]) for name, schema in components.items()}
    head = described.pop(model.__name__)
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        **head,
        "title": title,
        "definitions": {name: described[name] for name in described if name in _used(head, described)},
    }


def _models(model: Any) -> Iterator[type[msgspec.Struct]]:
    """Yield a model and those of its fields."""
    if isinstance(model, type) and issubclass(model, msgspec.Struct):
        yield model
        for field in msgspec.structs.fields(model):
            yield from _models(field.type)
    for part in get_args(model):
        yield from _models(part)


def _describe(schema: dict[str, Any], model: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the schema of a table with the text of each key from the docstring of its class."""
    text, _, attributes = (inspect.getdoc(model) or "").partition("\n\nAttributes:\n")
    fields = {name: re.sub(r"\s+", " ", said) for name, said in _FIELD.findall(attributes)}
    properties = {
        name: {"description": fields[name], **_plain(value)}
        for name, value in schema["properties"].items()
        if name not in FILLED_BY_READER or model is not Pack
    }
    if "step" in properties and "run" in properties:
        properties["step"]["enum"] = ["", *sorted(set().union(*STEPS.values()))]
    required = schema.get("required", [])
    described = {**schema, "description": re.sub(r"\s+", " ", text), "properties": properties}
    # Draft 4 allows no empty list of required keys.
    return described if required else {name: value for name, value in described.items() if name != "required"}


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a value without null, which TOML does not have."""
    kinds = [kind for kind in value.get("anyOf", []) if kind != {"type": "null"}]
    return kinds[0] if len(kinds) == 1 else value


def _used(schema: Any, definitions: dict[str, Any]) -> set[str]:
    """Return the names of the definitions that a schema needs."""
    used: set[str] = set()
    todo = [schema]
    while todo:
        names = set(re.findall(r"'#/definitions/(\w+)'", str(todo.pop()))) - used
        used |= names
        todo += [definitions[name] for name in names]
    return used
