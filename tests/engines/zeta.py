"""GoogleSQL run by zetasql, Google's reference implementation in WebAssembly."""

import ctypes
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import Any
from unittest.mock import patch

from wasmtime import Config
from zetasql.core import ZetaSqlLocalService, wasm_client
from zetasql.types import LanguageOptions
from zetasql.wasi._pb2.zetasql.local_service.local_service_pb2 import (
    EvaluateQueryRequest,
    EvaluateQueryResponse,
)
from zetasql.wasi._pb2.zetasql.public.type_pb2 import TypeKind, TypeProto
from zetasql.wasi._pb2.zetasql.public.value_pb2 import ValueProto

from tests.engines.tables import Kind, Relation

_ONE_AT_A_TIME = Lock()
_PLAIN = {"STRING": "string_value", "INT64": "int64_value", "FLOAT64": "double_value", "BOOL": "bool_value", "JSON": "json_value"}  # fmt: skip


def _config() -> Config:
    """Return a wasmtime configuration that caches compiled code."""
    config = Config()
    config.cache = True
    return config


@cache
def engine() -> ZetaSqlLocalService:
    """Return the engine, which takes half a minute to compile the first time."""
    with patch.object(wasm_client, "Config", _config):
        service = ZetaSqlLocalService.get_instance()
    client = service.wasm_client

    def address(place: int) -> int:
        return ctypes.addressof(client.memory.data_ptr().contents) + place

    # Its own way is byte by byte.
    client.write_bytes = lambda place, data: ctypes.memmove(address(place), data, len(data))
    client.read_bytes = lambda place, size: ctypes.string_at(address(place), size)
    return service


@cache
def _features() -> Any:
    engine()
    return LanguageOptions.maximum_features().to_proto()


def execute(
    sql: str, parameters: dict[str, tuple[Kind, Any]], tables: dict[str, Relation]
) -> list[list[Any]]:
    """Return the rows of a statement as plain data."""
    request = EvaluateQueryRequest(sql=sql)
    request.options.language_options.CopyFrom(_features())
    catalog = request.simple_catalog
    catalog.name = "catalog"
    catalog.builtin_function_options.language_options.CopyFrom(_features())
    for name, table in tables.items():
        listed = catalog.table.add(name=name)
        for column, kind in table.columns.items():
            listed.column.add(name=column, type=_type(kind), is_pseudo_column=column.startswith("_"))
        content = request.table_content[name].table_data
        for row in table.rows:
            content.row.add(cell=[_value(row.get(column), kind) for column, kind in table.columns.items()])
    for name, (kind, value) in parameters.items():
        request.options.query_parameters.add(name=name, type=_type(kind))
        request.params.add(name=name, value=_value(value, kind))
    with _ONE_AT_A_TIME:
        answer = engine().wasm_client.call_grpc_func(
            "ZetaSqlLocalService_EvaluateQuery", request, EvaluateQueryResponse
        )
    return [[_plain(cell) for cell in row.cell] for row in answer.content.table_data.row]


def _type(kind: Kind) -> TypeProto:
    made = TypeProto()
    if isinstance(kind, str):
        made.type_kind = TypeKind.Value(f"TYPE_{'DOUBLE' if kind == 'FLOAT64' else kind}")
    elif isinstance(kind, list):
        made.type_kind = TypeKind.Value("TYPE_ARRAY")
        made.array_type.element_type.CopyFrom(_type(kind[0]))
    else:
        made.type_kind = TypeKind.Value("TYPE_STRUCT")
        for name, inner in kind.items():
            made.struct_type.field.add(field_name=name, field_type=_type(inner))
    return made


def _value(value: Any, kind: Kind) -> ValueProto:
    made = ValueProto()
    if value is None:
        return made
    if isinstance(kind, list):
        made.array_value.element.extend(_value(item, kind[0]) for item in value)
        made.array_value.SetInParent()
    elif isinstance(kind, dict):
        made.struct_value.field.extend(_value(value.get(name), inner) for name, inner in kind.items())
    elif kind == "TIMESTAMP":
        made.timestamp_value.FromDatetime(_in_microseconds(value))
    else:
        setattr(made, _PLAIN[kind], value)
    return made


def _in_microseconds(value: datetime | str) -> datetime:
    """Return a time with the precision of BigQuery."""
    if isinstance(value, datetime):
        return value
    head, _, fraction = value.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{head}.{fraction.ljust(6, '0')[:6]}").replace(tzinfo=UTC)


def _plain(cell: ValueProto) -> Any:
    kind = cell.WhichOneof("value")
    return None if kind is None else getattr(cell, kind)
