"""Objects of a bucket are read as files, over HTTP; errors are one line."""

import builtins
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.fakes.storage_server import StorageServer
from tests.reading.logs import lines, log, logs, to_json_array
from triage.errors import IOFailureError, NoPermissionError, TriageError, TryAgainError, UsageError
from triage.models import ExportFile, Gap, Record
from triage.reading import read
from triage.reading.sources import expand

HOUR = "run.googleapis.com/stderr/2026/03/01/08:00:00_08:59:59_S{}.json"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StorageServer]:
    """Serve the bucket of a sink, without pauses between retries."""
    objects = {HOUR.format(shard): lines(logs(3 + shard)) for shard in range(4)}
    objects |= {
        "run.googleapis.com/requests/2026/03/01/08:00:00_08:59:59_S0.json": lines([log(9)]),
        "run.googleapis.com/stderr/": b"",
        "run.googleapis.com/.staging/half.json": b"{",
        "run.googleapis.com/stderr/fetched.meta.json": b"{}",
        "one [copy] *.json": to_json_array(logs(2)),
    }

    async def at_once(_seconds: float) -> None:
        pass

    monkeypatch.setattr("gcsfs.retry.asyncio", SimpleNamespace(sleep=at_once))
    with StorageServer({"sink": objects, "empty": {}}) as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        yield server


def files(*sources: str) -> list[ExportFile]:
    return [item for item in read(sources) if isinstance(item, ExportFile)]


@pytest.mark.parametrize("folder", ["gs://sink/run.googleapis.com", "gs://sink/run.googleapis.com/"])
def test_folder_is_read_recursively_without_metadata(folder: str, server: StorageServer) -> None:
    found = files(folder)
    assert [file.path.removeprefix("gs://sink/run.googleapis.com/").partition("/")[0] for file in found] == [
        "requests",
        *["stderr"] * 4,
    ]
    assert [file.path for file in found] == sorted(file.path for file in found)
    assert [file.records for file in found] == [1, 3, 4, 5, 6]


def test_a_bucket_a_glob_and_an_object_are_read(server: StorageServer) -> None:
    assert len(files("gs://sink")) == 6
    assert [file.records for file in files("gs://sink/run.googleapis.com/stderr/**/*_S[12].json")] == [4, 5]
    assert [file.path for file in files("gs://sink/**/*_S0.json")] == [
        "gs://sink/run.googleapis.com/requests/2026/03/01/08:00:00_08:59:59_S0.json",
        f"gs://sink/{HOUR.format(0)}",
    ]
    (named,) = files("gs://sink/one [copy] *.json")
    assert (named.path, named.form, named.records) == ("gs://sink/one [copy] *.json", "JSON array", 2)


def test_object_named_twice_is_read_once(server: StorageServer) -> None:
    one = f"gs://sink/{HOUR.format(1)}"
    assert [file.path for file in files(one, "gs://sink/run.googleapis.com/stderr", one)].count(one) == 1


def test_listed_object_has_its_size_and_whether_it_is_explicit(server: StorageServer) -> None:
    one = f"gs://sink/{HOUR.format(0)}"
    size = len(lines(logs(3)))
    assert [(source.is_explicit, source.size) for source in expand([one])] == [(True, size)]
    assert [
        (source.is_explicit, source.size)
        for source in expand(["gs://sink/run.googleapis.com/stderr/**/*_S0*"])
    ] == [(False, size)]


def test_object_is_fetched_in_blocks(server: StorageServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.reading.remote._BLOCK", 3 << 20)
    entries = [log(number, textPayload="x" * 200_000) for number in range(50)]
    server.buckets["sink"]["large.jsonl"] = lines(entries)
    records = [item for item in read(["gs://sink/large.jsonl"]) if isinstance(item, Record)]
    assert [record.source.position for record in records] == list(range(1, 51))
    assert server.requests["media"] in (3, 4)
    assert server.ranges == sorted(set(server.ranges))


def test_temporary_error_is_retried(server: StorageServer) -> None:
    server.failures = 3
    assert len(files(f"gs://sink/{HOUR.format(0)}")) == 1


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("gs://sink/none.json", IOFailureError),
        ("gs://sink/none/", IOFailureError),
        ("gs://sink/*.none", IOFailureError),
        ("gs://none/x.json", IOFailureError),
        ("gs://none", IOFailureError),
        ("gs://empty", IOFailureError),
    ],
)
def test_missing_object_is_reported(source: str, error: type[TriageError], server: StorageServer) -> None:
    with pytest.raises(error, match="no such object") as raised:
        files(source)
    assert str(raised.value).startswith(f"{source}: ")


@pytest.mark.parametrize(
    "source", ["gs://sink/run.googleapis.com", "gs://sink/x.json", "gs://sink/*", "gs://sink"]
)
@pytest.mark.parametrize(("status", "advice"), [(403, "roles/storage.objectViewer"), (401, "gcloud auth")])
def test_missing_permission_is_reported_with_the_role(
    source: str, status: int, advice: str, server: StorageServer
) -> None:
    server.refused = status
    with pytest.raises(NoPermissionError, match=advice):
        files(source)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_unresponsive_storage_is_a_temporary_error(status: int, server: StorageServer) -> None:
    server.refused = status
    with pytest.raises(TryAgainError, match=r"gs://sink/x\.json: the storage did not answer"):
        files("gs://sink/x.json")


def test_broken_connection_ends_the_reading(server: StorageServer) -> None:
    server.cut = True
    with pytest.raises(TryAgainError, match="did not answer"):
        files(f"gs://sink/{HOUR.format(0)}")


def test_missing_server_is_reported(server: StorageServer) -> None:
    with StorageServer() as gone:
        pass
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("STORAGE_EMULATOR_HOST", gone.url)
        with pytest.raises(TryAgainError, match="Cannot connect"):
            files("gs://sink/x.json")


def test_storage_client_prints_nothing(server: StorageServer, capfd: pytest.CaptureFixture[str]) -> None:
    server.refused = 503
    with pytest.raises(TryAgainError):
        files("gs://sink/x.json")
    assert capfd.readouterr() == ("", "")


def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name.partition(".")[0] in ("gcsfs", "fsspec"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"gcsfs.* is not installed; .*'cloudrun-triage\[gcs\]'"):
        files("gs://sink/x.json")
    with pytest.raises(UsageError, match="fsspec is not installed"):
        files("memory://x.json")


def test_unknown_scheme_is_rejected() -> None:
    with pytest.raises(UsageError, match="no such kind of address: nowhere://"):
        files("nowhere://x")


def test_other_addresses_that_fsspec_knows_are_read(tmp_path: Any) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/logs/a.jsonl", lines(logs(2)))
    memory.pipe("/logs/.b.jsonl", lines(logs(2)))
    memory.pipe("/logs/c.json", b'{"color": "red"}')
    items = list(read(["memory://logs"]))
    assert [(file.path, file.records) for file in items if isinstance(file, ExportFile)] == [
        ("memory:///logs/a.jsonl", 2),
        ("memory:///logs/c.json", 1),
    ]
    assert [gap.kind for gap in items if isinstance(gap, Gap)] == ["not_entries"]
    (tmp_path / "d.jsonl").write_bytes(lines(logs(3)))
    assert [file.records for file in files(f"file://{tmp_path}")] == [3]
