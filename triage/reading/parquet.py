"""Read Parquet tables of BigQuery, Log Analytics and triage itself."""

from collections.abc import Iterator
from pathlib import Path

from triage import resources
from triage.errors import BadDataError
from triage.models import Gap, Record, Source
from triage.reading.entry_detection import has_entry_keys
from triage.reading.stream import Stream

MAGIC = b"PAR1"
_ROWS = 500


def read_parquet(stream: Stream, path: str) -> Iterator[Record | Gap]:
    """Yield each row as a JSON object, times with all their digits.

    The bytes are copied to a private folder first: Parquet is read from its end, and a path could be taken
    for a pattern.

    Raises:
        BadDataError: it is damaged or cut, or has no columns of a LogEntry.

    """
    import tempfile

    duckdb = resources.import_duckdb()
    with tempfile.TemporaryDirectory(prefix="triage-") as folder:
        copy = Path(folder, "export.parquet")
        with copy.open("wb") as file:
            file.writelines(stream)
        with duckdb.connect(
            config={"memory_limit": "256MB", "threads": 2, "temp_directory": folder}
        ) as database:
            try:
                database.execute("SET TimeZone = 'UTC'")
                described = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(copy)])
                if not has_entry_keys(row[0] for row in described.fetchall()):
                    raise BadDataError(
                        f"{path}: none of its columns is a LogEntry's", "export the log entries themselves"
                    )
                rows = database.execute(
                    "SELECT to_json(export)::VARCHAR FROM read_parquet(?) export", [str(copy)]
                )
                position = 0
                while block := rows.fetchmany(_ROWS):
                    for (text,) in block:
                        position += 1
                        yield Record(text.encode(), Source(path, position))
            except duckdb.Error as error:
                reason = str(error).partition("\n")[0].replace(str(copy), path)
                raise BadDataError(
                    f"{path}: not a readable Parquet file ({reason})", "write it anew"
                ) from error
