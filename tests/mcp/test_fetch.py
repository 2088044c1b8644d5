"""Fetching needs --allow-fetch, and what was fetched is private and removed at the end."""

import json
import os
import pty
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.logging_server import LoggingServer, read_export
from tests.mcp.conftest import EXAMPLES, ROOT, command, connect, size_of

WINDOW = {"start": "2026-05-12T09:00:00Z", "end": "2026-05-12T10:00:00Z"}


@pytest.fixture
def logging_server() -> Iterator[LoggingServer]:
    with LoggingServer(read_export(EXAMPLES / "storefront.json")) as server:
        yield server


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Return the folder in which the server creates its private folder."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(temporary: Path) -> dict[str, str]:
    """Return the environment of a server without settings of gcloud and without pauses."""
    return {
        "TMPDIR": str(temporary),
        "CLOUDSDK_CONFIG": str(temporary / "no-gcloud"),
        "TRIAGE_READS_PER_MINUTE": "1000000",
    }


def test_fetched_logs_are_diagnosed_and_read_by_the_other_tools(
    logging_server: LoggingServer, environment: dict[str, str], temporary: Path, tmp_path: Path
) -> None:
    options = ("--allow-fetch", "--endpoint", logging_server.address, "--project", "demo-project")
    with connect(command(*options, folder=tmp_path, **environment)) as session:
        tool = session.tools()["fetch"]
        assert tool.annotations.open_world_hint is True
        result = session.call("fetch", names=["storefront"], **WINDOW)
        assert not result.is_error, result.content
        assert size_of(result) <= 8_000
        data = result.structured_content
        assert data["incident"]["cause"] == "environment-missing"
        assert data["project"] == "demo-project"
        (file,) = data["files"]
        (folder,) = temporary.iterdir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert Path(file["path"]).parent == folder
        assert stat.S_IMODE(Path(file["path"]).stat().st_mode) == 0o600
        again = session.data("diagnose", exports=[file["path"]])
        assert again["decisive_line"] == data["decisive_line"]
        assert session.data("timeline", exports=[file["path"]])["records"] == file["entries"]
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"names": ["storefront"], "project": "other"}, "this server fetches from demo-project only"),
        ({"names": ["storefront"], "since": "1h", "around": "10:00"}, "the window is given twice"),
        ({"names": ["storefront"], "filter": "a=("}, "line 1"),
        ({"names": ["storefront"], "filter": "a=b", "everything": True}, "exclude each other"),
        ({"names": ["storefront"], "limit": 0}, "`$.limit`"),
        ({"names": []}, "`$.names`"),
        ({"names": ["-x y"]}, "-x y"),
        ({"names": ["storefront"], "kind": "cluster"}, "`$.kind`"),
        ({"names": ["storefront"], "endpoint": "evil:1"}, "unknown field `endpoint`"),
    ],
)
def test_fetch_that_is_not_allowed_or_not_valid_calls_nothing(
    logging_server: LoggingServer,
    environment: dict[str, str],
    temporary: Path,
    arguments: dict[str, Any],
    says: str,
) -> None:
    from triage.mcp.server import _call
    from triage.mcp.toolbox import Connection, Toolbox
    from triage.pipeline import load_packs

    connection = Connection(folder=temporary, project="demo-project", endpoint=logging_server.address)
    tool = Toolbox(load_packs(), (), connection).tools["fetch"]
    result = _call(tool, arguments, one_at_a_time=threading.Lock(), debug=False)
    assert result.is_error
    assert says in result.content[0].text  # type: ignore[union-attr]
    assert logging_server.requests == []


def test_options_of_fetching_need_the_permission(tmp_path: Path) -> None:
    done = run("--project", "demo-project", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "triage: --project, --endpoint and --impersonate are for fetching; add --allow-fetch, or remove them\n"
    )


def test_root_of_the_file_system_is_no_default() -> None:
    done = run(folder=Path("/"))
    assert done.returncode == 2
    assert "the working folder is /; name the folders that may be read: --root DIR" in done.stderr


def test_missing_extra_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "mcp.py").write_text("raise ImportError('not installed')\n")
    done = run(folder=tmp_path, path=f"{tmp_path}{os.pathsep}{ROOT}")
    assert done.returncode == 2
    assert done.stderr == "triage: triage mcp needs the extra 'mcp'; pip install 'cloudrun-triage[mcp]'\n"


def test_user_who_starts_it_by_hand_is_told_what_it_waits_for(tmp_path: Path) -> None:
    terminal, stdin = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "triage", "mcp"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=stdin,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(stdin)
        assert process.stderr is not None
        assert process.stderr.readline().startswith("waiting for an MCP client on stdin; docs/agents.md says")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    os.close(terminal)


def test_end_of_stdin_ends_the_server(environment: dict[str, str], temporary: Path, tmp_path: Path) -> None:
    done = run("--allow-fetch", folder=tmp_path, **environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(temporary.iterdir()) == []


@pytest.fixture
def hold(logging_server: LoggingServer) -> Iterator[threading.Event]:
    """Hold the first page of each fetch; return the event that one was asked for."""
    asked, end = threading.Event(), threading.Event()

    def wait(_context: object) -> bool:
        asked.set()
        end.wait(60)
        return False

    logging_server.on_page(1, wait, times=None)
    yield asked
    end.set()


@contextmanager
def fetching(
    logging_server: LoggingServer, environment: dict[str, str], folder: Path
) -> Iterator[subprocess.Popen[str]]:
    """Start a server that was asked to fetch."""
    options = ["--allow-fetch", "--endpoint", logging_server.address, "--project", "demo-project"]
    with subprocess.Popen(
        [sys.executable, "-m", "triage", "mcp", *options],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        call = {"name": "fetch", "arguments": {"names": ["storefront"], **WINDOW}}
        for message in (initialize(), request(2, "tools/call", call)):
            process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        assert '"id":1' in process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


SIGNALS = pytest.mark.parametrize(
    ("sent", "status", "line"),
    [(signal.SIGTERM, 143, "triage: terminated\n"), (signal.SIGINT, 130, "triage: interrupted\n")],
)


@SIGNALS
def test_signal_removes_what_was_fetched(
    logging_server: LoggingServer,
    environment: dict[str, str],
    tmp_path: Path,
    *,
    sent: int,
    status: int,
    line: str,
) -> None:
    temporary = Path(environment["TMPDIR"])
    with fetching(logging_server, environment, tmp_path) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "environment-missing" in process.stdout.readline()
        assert len(list(temporary.glob("*/*.jsonl.gz"))) == 1
        process.send_signal(sent)
        assert process.wait(60) == status
        assert process.stderr.read() == line
        assert list(temporary.iterdir()) == []


@SIGNALS
def test_signal_ends_a_fetch(
    logging_server: LoggingServer,
    environment: dict[str, str],
    tmp_path: Path,
    hold: threading.Event,
    *,
    sent: int,
    status: int,
    line: str,
) -> None:
    temporary = Path(environment["TMPDIR"])
    with fetching(logging_server, environment, tmp_path) as process:
        assert process.stderr is not None
        assert hold.wait(60)
        assert len(list(temporary.iterdir())) == 1
        process.send_signal(sent)
        assert process.wait(60) == status
        assert process.stderr.read() == line
        assert list(temporary.iterdir()) == []


def test_end_of_stdin_ends_a_fetch(
    logging_server: LoggingServer, environment: dict[str, str], tmp_path: Path, hold: threading.Event
) -> None:
    with fetching(logging_server, environment, tmp_path) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        assert hold.wait(60)
        process.stdin.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == ""
        assert list(Path(environment["TMPDIR"]).iterdir()) == []


def run(*options: str, folder: Path, path: str = str(ROOT), **environment: str) -> Any:
    """Return a server that ended, as its stdin was empty."""
    return subprocess.run(
        [sys.executable, "-m", "triage", "mcp", *options],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def request(number: int, method: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def initialize() -> dict[str, Any]:
    client = {"name": "test", "version": "1"}
    params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}
    return request(1, "initialize", params)
