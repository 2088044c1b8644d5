"""Convert a LogEntry message to a JSON line, as the REST API writes it."""

from base64 import b64encode
from math import isfinite
from typing import Any

import msgspec

# Up to this, a double represents integers exactly; Cloud Logging writes them without a fraction.
_EXACT = 2**53


def register_payload_types() -> None:
    """Import the protoPayload types; without them audit entries stay bytes."""
    from google.cloud.appengine_logging_v1.types import RequestLog  # noqa: F401
    from google.cloud.audit import audit_log_pb2  # noqa: F401
    from google.iam.v1.logging import audit_data_pb2  # noqa: F401


def to_line(entry: Any) -> bytes:
    """Return the entry as a JSON line with sorted keys; the message is consumed.

    Nanoseconds and ``split`` are kept, which ``google.cloud.logging.Client`` drops. A payload of an unknown
    type is kept as base64.
    """
    from google.protobuf.json_format import MessageToDict

    document: dict[str, Any] = {}
    payload = entry.WhichOneof("payload")
    if payload == "json_payload":
        document["jsonPayload"] = _struct_fields(entry.json_payload)
        entry.ClearField("json_payload")
    elif payload == "proto_payload":
        document["protoPayload"] = _any_payload(entry.proto_payload)
        entry.ClearField("proto_payload")
    document |= MessageToDict(entry)
    return msgspec.json.encode(document, order="sorted") + b"\n"


def _struct_fields(struct: Any) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in struct.fields.items()}


def _plain_value(value: Any) -> Any:
    """Return a protobuf Value as plain data.

    Its own JSON conversion rejects NaN, which programs do log.
    """
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "number_value":
        number = value.number_value
        if not isfinite(number):
            return {"nan": "NaN", "inf": "Infinity"}.get(str(number), "-Infinity")
        return int(number) if number.is_integer() and abs(number) <= _EXACT else number
    if kind == "struct_value":
        return _struct_fields(value.struct_value)
    if kind == "list_value":
        return [_plain_value(item) for item in value.list_value.values]
    return value.bool_value if kind == "bool_value" else None


def _any_payload(payload: Any) -> dict[str, Any]:
    from google.protobuf.json_format import MessageToDict, SerializeToJsonError
    from google.protobuf.message import DecodeError

    try:
        known: dict[str, Any] = MessageToDict(payload)
    except (TypeError, DecodeError, SerializeToJsonError):
        return {"@type": payload.type_url, "value": b64encode(payload.value).decode()}
    return known
