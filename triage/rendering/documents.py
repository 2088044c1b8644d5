"""Documents as JSON, and their JSON schemas."""

from typing import Any, Literal, TypeVar

import msgspec

from triage.models import Comparison, Diagnosis, Gate, LoadTest, Timeline
from triage.text import clean_data, clean_json

Document = TypeVar("Document", Comparison, Diagnosis, Gate, LoadTest, Timeline)

_DOCUMENT_TYPES = {
    "diagnosis": Diagnosis,
    "timeline": Timeline,
    "comparison": Comparison,
    "gate": Gate,
    "load": LoadTest,
}
_COMMANDS = {
    "diagnosis": "diagnose",
    "timeline": "timeline",
    "comparison": "compare",
    "gate": "gate",
    "load": "verify --connections",
}


def sanitize(document: Document) -> Document:
    """Return the document with secrets masked and control characters escaped."""
    return msgspec.convert(clean_data(document.to_dict()), type(document))


def to_json(document: Comparison | Diagnosis | Gate | LoadTest | Timeline) -> str:
    """Return the document as indented JSON, secrets masked; ends in a line feed.

    Keys are in the order of the schema. ``##`` is escaped, because build systems execute output lines that
    hold it, and so are characters that a terminal executes or does not show.
    """
    import json

    text = json.dumps(document.to_dict(), indent=2, ensure_ascii=False) + "\n"
    return clean_json(text.replace("##", "#\\u0023"))


def json_schema(name: Literal["diagnosis", "timeline", "comparison", "gate", "load"]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a document, derived from its class."""
    schema = msgspec.json.schema(_DOCUMENT_TYPES[name])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"triage.{name}/1",
        "title": f"The document of triage {_COMMANDS[name]}",
        **schema,
    }
