"""Invented log entries, in every export format."""

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zstandard

from triage.entries import Entries, decode
from triage.entries.decoder import IgnoredErrors
from triage.models import Entry, ExportFile, Gap, Record, Skipped, Source
from triage.reading import Limits, read

Log = dict[str, Any]
Item = Entry | Record | Gap | Skipped | ExportFile
SHARED = Path(__file__).resolve().parents[3] / "shared"


def log(number: int, **fields: Any) -> Log:
    """Return the LogEntry with a number, as the API writes it; None removes a field."""
    entry: Log = {
        "insertId": f"6a7b8c{number:06x}",
        "jsonPayload": {
            "message": f'Order {number} of "café" {{kept}} at [{number}] \\o/ ✅',
            "labels": {"module": "shop.orders.keeper", "function": "keep", "line": str(100 + number)},
            "timestamp": "2026-03-01T08:00:00.001000+00:00",
        },
        "labels": {"instanceId": f"00aa{number % 3:04x}", "team": "blue"},
        "logName": "projects/shop-demo/logs/run.googleapis.com%2Fstderr",
        "receiveTimestamp": f"2026-03-01T08:{number // 60 % 60:02d}:{number % 60:02d}.250000125Z",
        "resource": {
            "labels": {
                "configuration_name": "shop-api",
                "location": "europe-west1",
                "project_id": "shop-demo",
                "revision_name": "shop-api-00042-abc",
                "service_name": "shop-api",
            },
            "type": "cloud_run_revision",
        },
        "severity": "INFO",
        "timestamp": f"2026-03-01T08:{number // 60 % 60:02d}:{number % 60:02d}.001234Z",
    }
    entry |= fields
    return {key: value for key, value in entry.items() if value is not None}


def logs(count: int) -> list[Log]:
    """Return a number of different entries."""
    return [log(number) for number in range(count)]


def to_json_array(entries: list[Log]) -> bytes:
    """Return a JSON array as gcloud prints it."""
    return json.dumps(entries, indent=2, ensure_ascii=False).encode()


def lines(entries: list[Log]) -> bytes:
    """Return JSON lines."""
    return b"".join(json.dumps(entry, ensure_ascii=False).encode() + b"\n" for entry in entries)


def to_snake_case(value: Any) -> Any:
    """Return a LogEntry with the keys of the protobuf."""
    names = {
        "insertId": "insert_id",
        "jsonPayload": "json_payload",
        "textPayload": "text_payload",
        "logName": "log_name",
        "receiveTimestamp": "receive_timestamp",
        "httpRequest": "http_request",
    }
    return {names.get(key, key): inner for key, inner in value.items()}


def _members(data: bytes) -> bytes:
    middle = len(data) // 2
    return gzip.compress(data[:middle]) + gzip.compress(data[middle:])


def _frames(data: bytes) -> bytes:
    middle = len(data) // 2
    compressor = zstandard.ZstdCompressor(write_checksum=True)
    return compressor.compress(data[:middle]) + compressor.compress(data[middle:])


def _by_severity(entries: list[Log]) -> bytes:
    groups: dict[str, list[Log]] = {}
    for entry in entries:
        groups.setdefault(entry["severity"], []).append(to_snake_case(entry))
    return json.dumps(
        {"collection_time": "x", "logs_by_severity": groups, "summary": {"total": 1}}, indent=2
    ).encode()


def _raw_logs(entries: list[Log]) -> bytes:
    counts = {"INFO": len(entries)}
    empty = {"textPayload": None, "httpRequest": None, "trace": None}
    raw = [empty | entry for entry in entries]
    return json.dumps({"fetch_time": "x", "logs_by_severity": counts, "raw_logs": raw}, indent=2).encode()


def _pages(entries: list[Log]) -> bytes:
    pages = [{"entries": entries[at : at + 3], "nextPageToken": "t"} for at in range(0, len(entries), 3)]
    return b"\n".join(json.dumps(page).encode() for page in pages)


#: Forms that lose nothing: each gives the same entries, raw text and source apart.
FORMS: dict[str, Callable[[list[Log]], bytes]] = {
    "a pretty array": to_json_array,
    "a compact array": lambda entries: json.dumps(entries, separators=(",", ":")).encode(),
    "an array with tabs": lambda entries: json.dumps(entries, indent="\t").encode(),
    "an array a line each": lambda entries: b"[\n" + lines(entries).replace(b"\n", b",\n")[:-2] + b"\n]\n",
    "an array with sorted keys and escapes": lambda entries: json.dumps(
        entries, sort_keys=True, indent=1
    ).encode(),
    "two arrays in one file": lambda entries: to_json_array(entries[:3]) + b"\n" + to_json_array(entries[3:]),
    "JSON lines": lines,
    "JSON lines without the last end": lambda entries: lines(entries)[:-1],
    "JSON lines with CRLF": lambda entries: lines(entries).replace(b"\n", b"\r\n"),
    "JSON lines with blank lines": lambda entries: b"\n\n" + lines(entries).replace(b"\n", b"\n \n"),
    "pretty objects one after another": lambda entries: b"\n".join(
        json.dumps(entry, indent=4).encode() for entry in entries
    ),
    "a byte-order mark and an array": lambda entries: b"\xef\xbb\xbf" + to_json_array(entries),
    "a byte-order mark and lines": lambda entries: b"\xef\xbb\xbf" + lines(entries),
    "UTF-16 with its mark": lambda entries: to_json_array(entries).decode().encode("utf-16"),
    "big-endian UTF-16 without mark": lambda entries: lines(entries).decode().encode("utf-16-be"),
    "an array in gzip": lambda entries: gzip.compress(to_json_array(entries)),
    "lines in gzip of two members": lambda entries: _members(lines(entries)),
    "an array in zstd": lambda entries: zstandard.compress(to_json_array(entries)),
    "lines in zstd of two frames": lambda entries: _frames(lines(entries)),
    "UTF-16 in gzip": lambda entries: gzip.compress(to_json_array(entries).decode().encode("utf-16-le")),
    "grouped by severity in snake_case": _by_severity,
    "a raw_logs wrapper beside counts": _raw_logs,
    "a page of the API": lambda entries: json.dumps({"entries": entries, "nextPageToken": "abc"}).encode(),
    "pages of the API a line each": _pages,
    "a list of pages": lambda entries: json.dumps(
        [{"entries": entries[:2]}, {"entries": entries[2:]}]
    ).encode(),
    "a wrapper nobody has seen": lambda entries: json.dumps(
        {"a": {"b": [1, {"c": 2}], "found": entries}, "notes": ["x", {"y": []}]}
    ).encode(),
}


class ReadResult:
    """The items read from some bytes."""

    def __init__(self, items: list[Item]) -> None:
        self.records = [item for item in items if isinstance(item, Record)]
        self.gaps = [item for item in items if isinstance(item, Gap)]
        self.files = [item for item in items if isinstance(item, ExportFile)]
        self.kinds = [gap.kind for gap in self.gaps]

    @property
    def entries(self) -> list[Entry]:
        decode_entry = map(decode, self.records)
        return [without_source(entry) for entry in decode_entry if isinstance(entry, Entry)]


def read_bytes(data: bytes, limits: Limits | None = None) -> ReadResult:
    """Read bytes as standard input."""
    return ReadResult(list(read(["-"], stdin=io.BytesIO(data), limits=limits)))


def read_entries(*files: bytes, **options: Any) -> Entries:
    """Return the entries of several files."""
    items = [
        item
        for number, data in enumerate(files)
        for item in _with_path(list(read(["-"], stdin=io.BytesIO(data))), f"file-{number}")
    ]
    return Entries(items, **options)


def _with_path(items: list[Item], path: str) -> list[Item]:
    renamed: list[Item] = []
    for item in items:
        if isinstance(item, Record):
            renamed.append(Record(item.data, Source(path, item.source.position)))
        elif isinstance(item, Gap):
            renamed.append(Gap(item.kind, path, item.detail, item.position, item.count))
        elif isinstance(item, ExportFile):
            renamed.append(ExportFile(path, item.form, item.records))
    return renamed


def decode_entry(entry: Log | bytes, ignored: IgnoredErrors = frozenset()) -> Entry:
    """Return the entry of a record."""
    data = entry if isinstance(entry, bytes) else json.dumps(entry).encode()
    found = decode(Record(data, Source("export.json", 1)), ignored)
    assert isinstance(found, Entry), found
    return found


def decode_gap(entry: Log | bytes) -> Gap:
    """Return the gap of a record that cannot be decoded."""
    data = entry if isinstance(entry, bytes) else json.dumps(entry).encode()
    found = decode(Record(data, Source("export.json", 7)))
    assert isinstance(found, Gap), found
    return found


def without_source(entry: Entry) -> Entry:
    """Return an entry without its raw text and its source."""
    fields = {name: getattr(entry, name) for name in entry.__struct_fields__}
    return Entry(**fields | {"raw": b"{}", "source": Source("", 0)})
