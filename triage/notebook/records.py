"""Records from notebook objects: DataFrames, mappings, client entries."""

import json
import warnings
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from math import isnan
from typing import Any

from triage import pipeline
from triage.errors import UsageError
from triage.models import Record, Source

#: Rows of a table that are converted at once.
_BATCH = 1000
#: Columns of which a DataFrame of log entries has at least one, without "_" and in lower case.
_COLUMNS = frozenset(
    {"timestamp", "receivetimestamp", "textpayload", "jsonpayload", "protopayload", "httprequest", "insertid"}
)
_MOST_NAMED = 8


def to_records(source: object) -> list[Record]:
    """Return one record per row, mapping or client entry.

    Raises:
        UsageError: the source holds no such thing, or is a table without columns of log entries.

    """
    rows = _frame_rows(source)
    if rows is not None:
        found = map(_row_json, rows)
    elif isinstance(source, Iterable) and not isinstance(source, Mapping | str | bytes):
        found = map(_item_json, source)
    else:
        raise _unsupported_source(source)
    return [Record(data, Source("<notebook>", position)) for position, data in enumerate(found, 1)]


def _unsupported_source(source: object) -> UsageError:
    return UsageError(
        f"logs cannot be loaded from a {type(source).__name__}",
        "give a path, a list of paths, LogEntry mappings, a client's entries or a table (DataFrame)",
    )


def _frame_rows(source: Any) -> Iterable[Mapping[str, Any]] | None:
    """Return the rows of a table, None if the source is none.

    Tables of other packages are read through Arrow (``__arrow_c_stream__``), which keeps nanoseconds and
    nested columns, else through the interchange protocol (``__dataframe__``).

    Raises:
        UsageError: a table cannot be read without a package that is not installed, or as it is.

    """
    import pandas as pd

    if hasattr(source, "__arrow_c_stream__") and not isinstance(source, pd.DataFrame | pd.Series):
        return _arrow_rows(source)
    if hasattr(source, "__dataframe__") and not isinstance(source, pd.DataFrame):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # pandas 3 says that the protocol is deprecated
                source = pd.api.interchange.from_dataframe(source)
        except (AttributeError, TypeError, ValueError, NotImplementedError, RuntimeError) as error:
            raise _unreadable_table(source, str(error).partition("\n")[0]) from error
    return _pandas_rows(source) if isinstance(source, pd.DataFrame) else None


def _arrow_rows(source: Any) -> Iterator[Mapping[str, Any]]:
    try:
        import pyarrow as pa
    except ImportError:
        if hasattr(source, "iter_rows"):  # polars reads its own rows, with microseconds
            yield from source.iter_rows(named=True)
            return
        raise _unreadable_table(source, "pyarrow is not installed") from None
    try:
        table = pa.table(source)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise _unreadable_table(source, str(error).partition("\n")[0]) from error
    if table.num_rows:
        _check_columns(table.column_names)
    for batch in table.to_batches(max_chunksize=_BATCH):
        yield from batch.to_pylist()


def _unreadable_table(source: object, why: str) -> UsageError:
    return UsageError(
        f"the table cannot be read from a {type(source).__name__}: {why}",
        "pip install pyarrow, or give the rows as mappings",
    )


def _check_columns(columns: Iterable[object]) -> None:
    """Check that a table has a column of log entries."""
    names = [str(name) for name in columns]
    if _COLUMNS.isdisjoint(name.replace("_", "").lower() for name in names):
        raise UsageError(
            f"the table has no columns of log entries: {', '.join(names[:_MOST_NAMED])}",
            "it needs timestamp and textPayload, jsonPayload or httpRequest, as BigQuery and Log Analytics "
            "name them",
        )


def _pandas_rows(frame: Any) -> Iterator[Mapping[str, Any]]:
    """Yield each row of a frame; a named index ("timestamp") is a column too."""
    named = [name for name in frame.index.names if name is not None and name not in frame.columns]
    if named:
        frame = frame.reset_index(named)
    if len(frame):
        _check_columns(frame.columns)
    yield from frame.to_dict("records")


def _item_json(item: object) -> bytes:
    """Return the JSON of a mapping, a BigQuery row or a Logging client entry."""
    if isinstance(item, Mapping):
        return _row_json(item)
    message = getattr(item, "_pb", item)
    if getattr(getattr(message, "DESCRIPTOR", None), "full_name", "") == "google.logging.v2.LogEntry":
        return pipeline.to_json_line(message)
    if hasattr(item, "to_api_repr"):
        received = getattr(item, "received_timestamp", None)
        return _row_json(item.to_api_repr() | ({"receiveTimestamp": received} if received else {}))
    if hasattr(item, "items"):
        return _row_json(dict(item.items()))
    raise _unsupported_source(item)


def _row_json(row: Mapping[Any, Any]) -> bytes:
    return json.dumps(_json_value(row)).encode()


def _json_value(value: Any) -> Any:
    """Return a cell as a JSON value without empty parts; naive times are UTC."""
    plain: Any = value
    if isinstance(value, Mapping):
        plain = {str(key): inner for key, item in value.items() if (inner := _json_value(item)) is not None}
    elif isinstance(value, list | tuple):
        plain = [_json_value(item) for item in value]
    elif type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and isnan(value)):
        plain = None
    elif isinstance(value, datetime):
        plain = _format_time(value)
    elif hasattr(value, "tolist"):
        plain = _json_value(value.tolist())
    elif not isinstance(value, str | int | float | None):
        plain = str(value)
    return plain


def _format_time(value: datetime) -> str:
    """Return a time in UTC with nanoseconds.

    pandas keeps them beside the microseconds, protobuf's class keeps all of them.
    """
    nanoseconds = getattr(value, "nanosecond", 0) % 1000
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}{nanoseconds:03d}Z"
