"""JSON Schemas: of the documents, of packs and of playbooks."""

from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from typing import Any

from triage.errors import UsageError
from triage.rendering.documents import json_schema
from triage.rules.schema import pack_schema, part_schema, playbook_schema

#: What has a schema: what it is, and its schema.
_SCHEMAS: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "diagnosis": ("what triage diagnose prints as JSON", partial(json_schema, "diagnosis")),
    "timeline": ("what triage timeline prints as JSON", partial(json_schema, "timeline")),
    "comparison": ("what triage compare prints as JSON", partial(json_schema, "comparison")),
    "gate": ("what triage gate prints as JSON", partial(json_schema, "gate")),
    "load": ("what triage verify --connections prints as JSON", partial(json_schema, "load")),
    "pack": ("a rule pack in TOML", pack_schema),
    "pack-part": ("a part of a rule pack that is a folder", part_schema),
    "playbook": ("a playbook in TOML", playbook_schema),
}


def schema_names() -> dict[str, str]:
    """Return the names of all schemas, each with what it describes."""
    return {name: what for name, (what, _) in _SCHEMAS.items()}


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of a document, a pack, a part of a pack or a playbook.

    Raises:
        UsageError: there is no schema of that name.

    """
    if name not in _SCHEMAS:
        near = get_close_matches(name, _SCHEMAS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_SCHEMAS)}"
        raise UsageError(f"there is no schema {name!r}", hint)
    return _SCHEMAS[name][1]()
