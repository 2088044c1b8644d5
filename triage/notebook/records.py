"""Records from what people hold in a notebook: frames, mappings, a client's entries."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from triage.errors import UsageError
from triage.models import Record, Source


def as_records(source: object) -> list[Record]:
    """Return one record per row, mapping or entry of a client.

    Raises:
        UsageError: the source holds no such thing.

    """
    if hasattr(source, "to_dict") and hasattr(source, "columns"):
        rows = _rows(source)
    elif isinstance(source, Iterable) and not isinstance(source, Mapping | str | bytes):
        rows = map(_mapping, source)
    else:
        raise _unknown(source)
    return [
        Record(json.dumps(row, default=_plain).encode(), Source("<notebook>", position))
        for position, row in enumerate(rows, 1)
    ]


def _unknown(source: object) -> UsageError:
    return UsageError(
        f"logs cannot be loaded from a {type(source).__name__}",
        "give a path, a list of paths, LogEntry mappings or a DataFrame",
    )


def _rows(frame: Any) -> Iterator[Mapping[str, Any]]:
    """Yield each row of a frame without its empty cells."""
    for row in frame.to_dict("records"):
        yield {str(key): value for key, value in row.items() if not _missing(value)}


def _missing(value: object) -> bool:
    """Return whether a cell is empty: None, NaN, NaT or pandas' NA, which is equal to nothing."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value  # noqa: PLR0124 - only NaN differs from itself


def _mapping(item: object) -> Mapping[str, Any]:
    """Return the LogEntry of a mapping or of an entry of the google-cloud-logging client."""
    if isinstance(item, Mapping):
        return item
    for method in ("to_api_repr", "_asdict"):
        if hasattr(item, method):
            made: Mapping[str, Any] = getattr(item, method)()
            return made
    raise _unknown(item)


def _plain(value: object) -> object:
    """Return a cell as JSON has it; a time without a zone is UTC."""
    if isinstance(value, datetime):
        nanoseconds = getattr(value, "nanosecond", 0)
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        text = aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
        return f"{text}{nanoseconds:03d}Z"
    if hasattr(value, "item"):
        return value.item()
    if hasattr(value, "tolist"):
        return value.tolist()
    return str(value)
