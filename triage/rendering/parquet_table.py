"""The table of entries as Parquet, which DuckDB writes (the extra ``parquet``)."""

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from triage import resources
from triage.models import Entry
from triage.rendering.tables import COLUMNS, entry_row, json_line

#: Nanoseconds in UTC: readers see times with a zone (``isAdjustedToUTC``).
_TIME = "TIMESTAMPTZ_NS"


def write_parquet(entries: Iterable[Entry], stream: BinaryIO) -> None:
    """Write the table of entries as Parquet.

    Rows are buffered in a private folder, not in memory.
    """
    duckdb = resources.import_duckdb()

    with tempfile.TemporaryDirectory(prefix="triage-") as folder:
        rows, table = Path(folder, "rows.jsonl"), Path(folder, "rows.parquet")
        with rows.open("wb") as file:
            file.writelines(json_line(entry_row(entry)).encode("utf-8", "replace") for entry in entries)
        columns = {name: "VARCHAR" if kind == _TIME else kind for name, kind in COLUMNS.items()}
        times = ", ".join(f"{name}::{kind} AS {name}" for name, kind in COLUMNS.items() if kind == _TIME)
        with duckdb.connect(
            config={"memory_limit": "512MB", "threads": 2, "temp_directory": folder}
        ) as database:
            database.read_json(
                str(rows),
                columns=columns,
                format="newline_delimited",
                maximum_object_size=_max_line_size(rows),
            ).project(f"* REPLACE ({times})").write_parquet(str(table), compression="zstd")
        with table.open("rb") as written:
            shutil.copyfileobj(written, stream)


def _max_line_size(rows: Path) -> int:
    """Return a size that holds the longest line; DuckDB needs it before reading."""
    with rows.open("rb") as file:
        return 2 * max((len(line) for line in file), default=0) + 1024
