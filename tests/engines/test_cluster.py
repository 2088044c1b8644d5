"""A standalone cluster of Spark on this machine: both ways of docs/scale.md to bring triage to the workers."""

import json
import re
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from tests.engines.processes import PATIENCE, running

pytestmark = pytest.mark.engines

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "export.json"
LOCAL = {"SPARK_LOCAL_IP": "127.0.0.1"}
#: The packages of the archive beside triage.
PACKER = "venv-pack==0.2.0"


@contextmanager
def daemon(name: str, *options: str, said: str) -> Iterator[str]:
    """Run a daemon of Spark; yield what the pattern ``said`` finds in its log."""
    pyspark = pytest.importorskip("pyspark", reason="the extra 'engines' is not installed: make test-engines")
    command = Path(pyspark.__file__).parent / "bin" / "spark-class"
    main = f"org.apache.spark.deploy.{name.lower()}.{name}"
    common = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
    with running(str(command), main, *common, *options, **LOCAL) as process:
        assert process.stderr is not None
        lines: list[str] = []
        for line in process.stderr:
            lines.append(line)
            if found := re.search(said, line):
                break
        else:
            pytest.fail(f"{name} did not start: {''.join(lines)}")
        Thread(target=process.stderr.read, daemon=True).start()
        yield found[1]


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a master with one worker; yield the master's address."""
    work = str(tmp_path_factory.mktemp("work"))
    with (
        daemon("Master", said=r"Starting Spark master at (spark://\S+)") as address,
        daemon(
            "Worker",
            "--cores",
            "1",
            "--work-dir",
            work,
            address,
            said=r"Successfully (registered) with master",
        ),
    ):
        yield address


def diagnose(master: str, python: str | Path, *options: str) -> tuple[int, str, str]:
    """Run a diagnosis on the cluster; return its status, its output and its errors."""
    submit = " ".join(["--master", master, *options, "pyspark-shell"])
    command = [
        sys.executable,
        "-m",
        "triage",
        "diagnose",
        "--engine",
        "spark",
        str(EXAMPLE),
        "--format",
        "json",
    ]
    with running(*command, **LOCAL, PYSPARK_SUBMIT_ARGS=submit, PYSPARK_PYTHON=str(python)) as process:
        out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err


def expected() -> str:
    command = [sys.executable, "-m", "tests.engines.read_once", "diagnose", str(EXAMPLE), "--format", "json"]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout


def test_workers_with_triage_in_their_python_give_the_same_document(master: str) -> None:
    status, out, err = diagnose(master, sys.executable)
    assert status == 0, err
    assert json.loads(out) == json.loads(expected())


def test_shipped_environment_gives_the_same_document(
    master: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment, archive = tmp_path / "environment", tmp_path / "environment.tar.gz"
    venv.create(environment)
    install = ["uv", "pip", "install", "--quiet", "--python", str(environment / "bin" / "python")]
    done = subprocess.run(
        [sys.executable, "-m", *install, "-c", "constraints.txt", str(ROOT), PACKER],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"the environment cannot be installed: {done.stderr.strip().splitlines()[-1]}")
    subprocess.run(
        [environment / "bin" / "venv-pack", "--quiet", "--prefix", environment, "--output", archive],
        check=True,
    )

    status, out, err = diagnose(
        master, "./environment/bin/python", "--conf", f"spark.archives={archive}#environment"
    )
    assert status == 0, err
    assert json.loads(out) == json.loads(expected())


def test_executor_without_triage_is_reported_in_one_line_with_both_ways(master: str, tmp_path: Path) -> None:
    venv.create(tmp_path / "bare")
    status, out, err = diagnose(master, tmp_path / "bare" / "bin" / "python")
    assert (status, out) == (74, "")
    assert err.startswith(
        "triage: the Python of Spark's executors has no triage; let PYSPARK_PYTHON name a Python"
    )
    assert "venv-pack with spark.archives" in err
    assert err.count("\n") == 1
