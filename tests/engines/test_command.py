"""The option --engine spark: output, errors of Spark, and no remaining process."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.engines.processes import PATIENCE, running

pytestmark = pytest.mark.engines

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = str(ROOT / "examples" / "export.json")
TRIAGE = str(Path(sys.executable).with_name("triage"))
SPARK = [TRIAGE, "diagnose", "--engine", "spark", EXAMPLE]


def members(group: int) -> list[str]:
    """Return the commands of the running processes of a group."""
    command = ["ps", "-ww", "-eo", "pgid=,stat=,args="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    return [row[2] for row in rows if row[0] == str(group) and not row[1].startswith("Z")]


def wait_for(group: int, *, word: str) -> None:
    """Wait for a process of the group with a word in its command; "" for none at all."""
    for _ in range(PATIENCE * 10):
        found = members(group)
        if any(word in command for command in found) if word else not found:
            return
        time.sleep(0.1)
    pytest.fail(f"waited {PATIENCE} s for {word or 'the end'}: {members(group)}")


@pytest.mark.parametrize("words", [
    ["diagnose", EXAMPLE],
    ["gate", EXAMPLE],
    ["compare", EXAMPLE.replace("export", "before"), EXAMPLE.replace("export", "after")],
], ids=lambda words: words[0])  # fmt: skip
def test_the_output_is_that_of_the_command_without_it_and_that_one_machine_is_faster(
    words: list[str],
) -> None:
    command = [TRIAGE, *words, "--format", "json"]
    plain = subprocess.run(
        [sys.executable, "-m", "tests.engines.read_once", *command[1:]],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    with running(*command, "--engine", "spark") as process:
        out, err = process.communicate(timeout=PATIENCE)
        wait_for(process.pid, word="")
    assert (process.returncode, out) == (plain.returncode, plain.stdout)
    assert re.fullmatch(
        r"(Spark read \d+ records: one machine is faster for so few; leave out --engine spark\n)+", err
    )


def test_next_commands_repeat_the_engine() -> None:
    with running(*SPARK) as process:
        out, _ = process.communicate(timeout=PATIENCE)
    assert f"triage report --engine spark {EXAMPLE}" in out


@pytest.mark.parametrize("moment", ["org.apache.spark", "pyspark.daemon"])
@pytest.mark.parametrize(
    ("number", "status", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
    ids=["Ctrl-C", "TERM"],
)
def test_an_interrupt_ends_all_processes(moment: str, number: signal.Signals, status: int, word: str) -> None:
    with running(*SPARK) as process:
        wait_for(process.pid, word=moment)
        if number is signal.SIGINT:
            os.killpg(process.pid, number)  # as a terminal does
        else:
            process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        wait_for(process.pid, word="")
    assert (process.returncode, out, err) == (status, "", f"triage: {word}\n")


def test_failing_java_is_reported_with_its_own_message(tmp_path: Path) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'Error: this Java is too old' >&2\nexit 1\n", encoding="utf-8")
    java.chmod(0o755)
    with running(*SPARK, JAVA_HOME=str(tmp_path)) as process:
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (74, "")
    assert err.startswith("triage: Spark did not start: Error: this Java is too old; ")
    assert err.count("\n") == 1


def test_invalid_master_is_reported(tmp_path: Path) -> None:
    with running(*SPARK, PYSPARK_SUBMIT_ARGS="--master nowhere pyspark-shell") as process:
        out, err = process.communicate(timeout=PATIENCE)
        wait_for(process.pid, word="")
    assert (process.returncode, out) == (74, "")
    assert err.startswith("triage: Spark")
    assert err.count("\n") == 1
