"""External events during a command: signals, closed pipes, ASCII terminals."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "export.json"
TRIAGE = [sys.executable, "-m", "triage"]


@pytest.mark.parametrize(
    ("sent", "status", "line"),
    [
        (signal.SIGINT, 130, b"triage: interrupted\n"),
        (signal.SIGTERM, 143, b"triage: terminated\n"),
    ],
)
def test_signal_ends_the_command_with_its_status(sent: signal.Signals, status: int, line: bytes) -> None:
    entry = {"timestamp": "2025-09-16T00:00:00Z", "textPayload": "x" * 1000, "insertId": "1"}
    with subprocess.Popen(
        [*TRIAGE, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        # More than a pipe holds: once it is written, the command is reading.
        process.stdin.write(json.dumps(entry).encode() + b"\n")
        process.stdin.write((b" " * 999 + b"\n") * 300)
        process.stdin.flush()
        process.send_signal(sent)
        assert process.wait(60) == status
        assert process.stdout.read() == b""
        assert process.stderr.read().endswith(line)


@pytest.mark.parametrize(
    "words", [["timeline"], ["report"], ["diagnose", "--exit-code", "--revision", "*-00041-kxw"]]
)
def test_closed_pipe_changes_neither_stderr_nor_the_status(words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            [*TRIAGE, *words, str(EXAMPLE)], stdout=gone, stderr=subprocess.PIPE, check=False, timeout=60
        )
    assert done.stderr == b""
    assert done.returncode == (1 if "--exit-code" in words else 0)


def test_ascii_terminal_gets_every_line() -> None:
    done = subprocess.run(
        [*TRIAGE, "timeline", str(EXAMPLE)],
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()


def test_output_into_a_file_has_no_color() -> None:
    done = subprocess.run([*TRIAGE, str(EXAMPLE)], capture_output=True, check=True, timeout=60)
    assert b"\x1b" not in done.stdout


def test_interrupted_report_leaves_no_file(tmp_path: Path) -> None:
    entry = {"timestamp": "2025-09-16T00:00:00Z", "textPayload": "x", "insertId": "1"}
    with subprocess.Popen(
        [*TRIAGE, "report", "-", "-o", str(tmp_path / "report.md")],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(entry).encode() + b"\n" + (b" " * 999 + b"\n") * 300)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert list(tmp_path.iterdir()) == []
