"""The CI recipes of docs/examples, run in a shell with fakes of gcloud and logs."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.diagnosis.scenarios import crash
from tests.fakes.logging_server import LoggingServer
from tests.release.gate.scenarios import NEW, OLD, boot, healthy
from tests.rendering.gates import find_commands
from tests.runs.logs import SERVICE, Log, export

EXAMPLES = Path(__file__).resolve().parents[1] / "docs" / "examples"
TRIAGE = Path(sys.executable).with_name("triage")
BACK = f"run services update-traffic {SERVICE} --to-revisions={OLD}=100 --region=us-central1 --project=demo-project"
#: What the new revision logs after its deployment, and the status that the gate ends with.
ENDINGS = {
    0: healthy(1800, revision=NEW, instance="i2"),
    1: crash(1800, revision=NEW, instance="i2"),
    3: boot(1800, revision=NEW, instance="i2"),
}
each_ending = pytest.mark.parametrize("status", ENDINGS)


class RecipeResult(NamedTuple):
    """The exit status of a recipe, its output, and its calls of gcloud."""

    status: int
    printed: str
    asked: list[str]


def move_to_last_hour(logs: list[Log]) -> list[Log]:
    """Return the entries moved to the last hour."""
    moved = []
    for log in export(logs):
        past = datetime.now(UTC) - datetime(2026, 3, 1, 8, 45, tzinfo=UTC)
        at = datetime.fromisoformat(log["timestamp"]) + timedelta(minutes=past // timedelta(minutes=1))
        moved.append({**log, "timestamp": at.isoformat().replace("+00:00", "Z")})
    return moved


@pytest.fixture
def server(status: int) -> Iterator[LoggingServer]:
    with LoggingServer(move_to_last_hour([*healthy(), *ENDINGS[status]])) as server:
        yield server


@pytest.fixture
def machine(tmp_path: Path, server: LoggingServer) -> dict[str, str]:
    """Return an environment with a fake gcloud and the installed triage."""
    commands = tmp_path / "bin"
    commands.mkdir()
    played = {
        "gcloud": f"""echo "$*" >> {tmp_path}/asked
            case "$*" in *latestReady*) echo {OLD};; *latestCreated*) echo {NEW};; esac""",
        "pipx": "exit 0",
        "pip": "exit 0",
        "triage": f'exec {TRIAGE} "$@" --endpoint {server.address}',
    }
    for name, lines in played.items():
        (commands / name).write_text(f"#!/bin/bash\n{lines}\n", encoding="utf-8")
        (commands / name).chmod(0o700)
    return {
        "PATH": f"{commands}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "NO_COLOR": "1",
        "TRIAGE_READS_PER_MINUTE": "1000000",
    }


def shell(
    script: str, folder: Path, environment: dict[str, str], *options: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/bash", *options, script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def asked(folder: Path) -> list[str]:
    return (folder / "asked").read_text(encoding="utf-8").splitlines()


# GitHub Actions


def workflow() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text(encoding="utf-8"))
    return loaded


def step_runs(condition: str, outputs: dict[str, str], *, failed: bool) -> bool:
    """Return whether a step runs: ``failure()`` and comparisons joined by ``&&``."""
    told = []
    for part in condition.split(" && "):
        if part == "failure()":
            told.append(failed)
            continue
        compared = re.fullmatch(r"steps\.([\w.]+) (==|!=) '([^']*)'", part)
        assert compared, part
        told.append((outputs.get(compared[1], "") == compared[3]) == (compared[2] == "=="))
    return all(told)


def resolved(value: str, outputs: dict[str, str]) -> str:
    return re.sub(r"\$\{\{ steps\.([\w.]+) \}\}", lambda found: outputs[found[1]], value)


def run_workflow(folder: Path, environment: dict[str, str]) -> RecipeResult:
    """Run the job step by step, with the outputs of steps."""
    outputs: dict[str, str] = {}
    printed, status = "", 0
    job = workflow()
    environment = {
        **environment,
        **job["env"],
        "WAIT": "0s",
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    for number, step in enumerate(job["jobs"]["deploy"]["steps"]):
        runs = step_runs(step["if"], outputs, failed=bool(status)) if "if" in step else not status
        if "run" not in step or not runs:
            continue
        given = {name: resolved(value, outputs) for name, value in step.get("env", {}).items()}
        output, script = folder / f"output-{number}", folder / f"step-{number}.sh"
        output.touch()
        script.write_text(step["run"], encoding="utf-8")
        done = shell(str(script), folder, {**environment, **given, "GITHUB_OUTPUT": str(output)}, "-e")
        printed += done.stdout
        status = status or done.returncode
        lines = output.read_text(encoding="utf-8").splitlines()
        outputs |= {
            f"{step['id']}.outputs.{line.partition('=')[0]}": line.partition("=")[2] for line in lines
        }
    return RecipeResult(status, printed, asked(folder))


@each_ending
def test_workflow_returns_the_gate_status_and_rolls_back_only_after_a_failure(
    status: int, tmp_path: Path, machine: dict[str, str]
) -> None:
    ran = run_workflow(tmp_path, machine)
    assert ran.status == status
    assert (BACK in ran.asked) == (status == 1)
    assert (
        f"run deploy {SERVICE} --image=IMAGE --region=us-central1 --project=demo-project --quiet" in ran.asked
    )
    commands = find_commands(ran.printed)
    word = {0: "passed", 1: "failed", 3: "inconclusive"}[status]
    levels = {0: {"notice"}, 1: {"error", "warning", "notice"}, 3: {"warning"}}[status]
    assert commands[-1].title == f"triage gate {NEW}: {word}"
    assert {command.name for command in commands} == levels
    assert any(f"--to-revisions={OLD}=100" in command.message for command in commands) == (status == 1)
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith(f"## Gate: {word}\n")


# Cloud Build


def build() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((EXAMPLES / "cloudbuild.yaml").read_text(encoding="utf-8"))
    return loaded


def substitute(text: str, known: dict[str, str]) -> str:
    """Return a text as Cloud Build substitutes it: ``$$``, ``$NAME``, ``${NAME}``."""
    return re.sub(
        r"\$(?:\$|\{(\w+)\}|([A-Z_]\w*))",
        lambda found: "$" if found[0] == "$$" else known[found[1] or found[2]],
        text,
    )


def run_build(folder: Path, environment: dict[str, str]) -> RecipeResult:
    """Run the build step by step in one folder, until a step fails."""
    config = build()
    known = {**config["substitutions"], "PROJECT_ID": "demo-project", "_WAIT": "0s"}
    printed = ""
    for step in config["steps"]:
        options, script = [substitute(argument, known) for argument in step["args"]]
        assert step["entrypoint"] == "bash"
        done = shell(script, folder, environment, options)
        printed += done.stdout
        if done.returncode:
            return RecipeResult(done.returncode, printed, asked(folder))
    return RecipeResult(0, printed, asked(folder))


@each_ending
def test_build_returns_the_gate_status_and_rolls_back_only_after_a_failure(
    status: int, tmp_path: Path, machine: dict[str, str]
) -> None:
    ran = run_build(tmp_path, machine)
    assert ran.status == status
    assert (BACK in ran.asked) == (status == 1)
    word = {0: "PASSED", 1: "FAILED", 3: "INCONCLUSIVE"}[status]
    assert f"{word}  {NEW}  " in ran.printed


def test_page_links_both_recipes_and_names_every_criterion() -> None:
    import tomllib

    root = EXAMPLES.parents[1]
    page = (root / "docs" / "gate.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page)
    assert {"examples/github-actions.yml", "examples/cloudbuild.yaml"} <= set(links)
    assert [link for link in links if not (root / "docs" / link).exists()] == []
    criteria = tomllib.loads((root / "reports" / "gate.toml").read_text(encoding="utf-8"))
    for name, table in criteria.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        told = tomllib.loads("\n".join(re.findall(r"`(\w+ = [^`]+)`", row)))
        assert told == table
