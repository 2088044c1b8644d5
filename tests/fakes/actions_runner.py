"""A runner of GitHub Actions for the steps of a job and of a composite action.

Scripts run in bash with the options and the files that docs.github.com names ("Workflow syntax", "Workflow
commands", "Metadata syntax"): each step has files of its own for its outputs and its summary. The outputs of a
composite action are set whether or not one of its steps fails, as actions/runner does (CompositeActionHandler).
``uses`` other than of the action of this project does nothing. An expression has ``==``, ``!=``, ``!``, ``&&``,
texts, the functions of a status, and names of a context: others fail.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION = ROOT / "action.yml"
#: How a workflow names the action of this project: it is a checkout inside the repository.
USES = "./tools/triage"

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_COMPARED = re.compile(r"([\w.-]+) (==|!=) '([^']*)'", re.ASCII)
_STATUS_FUNCTIONS = {"always()": True, "!cancelled()": True}


class JobResult(NamedTuple):
    """What a job did.

    Attributes:
        status: the exit status of the first step that failed, 0 for none.
        printed: what its steps printed.
        summary: its summary.
        contexts: the values of its expressions, at its end.

    """

    status: int
    printed: str
    summary: str
    contexts: dict[str, str]

    def outputs(self, step: str) -> dict[str, str]:
        """Return the outputs of a step that are not empty."""
        before = f"steps.{step}.outputs."
        return {
            name.removeprefix(before): value
            for name, value in self.contexts.items()
            if name.startswith(before) and value
        }


def load_action() -> dict[str, Any]:
    """Return the action of this project."""
    loaded: dict[str, Any] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    return loaded


def run_job(
    job: Mapping[str, Any], folder: Path, environment: Mapping[str, str], **contexts: str
) -> JobResult:
    """Run the steps of a job in a folder; ``contexts`` are values of expressions beside ``env``."""
    named = {f"env.{name}": value for name, value in job.get("env", {}).items()}
    return _run_steps(job["steps"], folder, {**environment, **job.get("env", {})}, {**named, **contexts})


def run_action(
    inputs: Mapping[str, str], folder: Path, environment: Mapping[str, str], **contexts: str
) -> JobResult:
    """Run the action of this project as the step "triage" of a job."""
    job = {"steps": [{"id": "triage", "uses": USES, "with": inputs}]}
    return run_job(job, folder, environment, **contexts)


def _run_steps(
    steps: list[dict[str, Any]], folder: Path, environment: Mapping[str, str], contexts: dict[str, str]
) -> JobResult:
    status, printed, summary = 0, "", ""
    for step in steps:
        if not _holds(step.get("if", "success()"), contexts, failed=bool(status)):
            continue
        own = {name: _fill(str(value), contexts) for name, value in step.get("env", {}).items()}
        if "run" in step:
            done, outputs = _run_script(step, folder, {**environment, **own})
        elif step["uses"] == USES:
            done, outputs = _run_composite(step, folder, {**environment, **own}, contexts)
        else:
            continue
        status, printed, summary = status or done.status, printed + done.printed, summary + done.summary
        if "id" in step:
            contexts |= {f"steps.{step['id']}.outputs.{name}": value for name, value in outputs.items()}
            contexts[f"steps.{step['id']}.outcome"] = "failure" if done.status else "success"
    return JobResult(status, printed, summary, contexts)


def _run_composite(
    step: Mapping[str, Any], folder: Path, environment: Mapping[str, str], contexts: Mapping[str, str]
) -> tuple[JobResult, dict[str, str]]:
    action = load_action()
    known: dict[str, Any] = action["inputs"]
    given = {name: _fill(_to_text(value), contexts) for name, value in step.get("with", {}).items()}
    assert given.keys() <= known.keys()
    outer = {name: value for name, value in contexts.items() if not name.startswith("steps.")}
    defaults = {name: _fill(str(item.get("default", "")), outer) for name, item in known.items()}
    inner = outer | {f"inputs.{name}": value for name, value in (defaults | given).items()}
    place = {"GITHUB_ACTION_PATH": str(ROOT)}
    done = _run_steps(action["runs"]["steps"], folder, {**environment, **place}, inner)
    return done, {name: _fill(item["value"], done.contexts) for name, item in action["outputs"].items()}


def _run_script(
    step: Mapping[str, Any], folder: Path, environment: Mapping[str, str]
) -> tuple[JobResult, dict[str, str]]:
    number = len(list(folder.glob("step-*.sh")))
    script, output, summary = (folder / f"step-{number}{end}" for end in (".sh", ".output", ".md"))
    script.write_text(step["run"], encoding="utf-8")
    output.touch()
    summary.touch()
    # A step of a workflow has no pipefail unless it names its shell.
    options = ("--noprofile", "--norc", "-eo", "pipefail") if "shell" in step else ("-e",)
    assert step.get("shell", "bash") == "bash"
    done = subprocess.run(
        ["/bin/bash", *options, script],
        cwd=folder,
        env={**environment, "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    lines = output.read_text(encoding="utf-8").split("\n")[:-1]
    outputs = dict(line.split("=", 1) for line in lines)
    result = JobResult(done.returncode, done.stdout, summary.read_text(encoding="utf-8"), {})
    return result, outputs


def _to_text(value: object) -> str:
    """Return a value of YAML as the runner passes it on."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fill(text: str, contexts: Mapping[str, str]) -> str:
    return _EXPRESSION.sub(lambda found: _value(found[1].strip(), contexts), text)


def _value(name: str, contexts: Mapping[str, str]) -> str:
    """Return the value of a name; an output that no step set is empty."""
    assert name in contexts or name.startswith("steps."), name
    return contexts.get(name, "")


def _holds(condition: str, contexts: Mapping[str, str], *, failed: bool) -> bool:
    """Return whether a step runs: without a function of the status, only if none failed."""
    functions = {**_STATUS_FUNCTIONS, "failure()": failed, "success()": not failed}
    bare = _EXPRESSION.sub(r"\1", condition).strip()
    parts = [part.strip() for part in bare.split("&&")]
    named = [functions[part] for part in parts if part in functions] or [not failed]
    for part in parts:
        if part in functions:
            continue
        compared = _COMPARED.fullmatch(part)
        assert compared, part
        is_equal = _value(compared[1], contexts) == compared[3]
        named.append(is_equal == (compared[2] == "=="))
    return all(named)


def fake_python(commands: Path) -> str:
    """Return a ``python3`` whose new environments have the commands of a folder, as lines of bash."""
    return f"""case "$1 $2" in
        "-m venv") mkdir -p "$3/bin"; cp "{commands}/"* "$3/bin" ;;
        *) exec {sys.executable} "$@" ;;
        esac"""


def fake_triage(endpoint: str) -> str:
    """Return a ``triage`` of this checkout that fetches from an endpoint, as lines of bash."""
    program = f"PYTHONPATH={shlex.quote(str(ROOT))} exec {sys.executable} -m triage"
    return f"""case "$1" in
        fetch|gate) {program} "$@" --endpoint {endpoint} ;;
        *) {program} "$@" ;;
        esac"""


def make_commands(folder: Path, scripts: Mapping[str, str]) -> str:
    """Write commands into a folder, as lines of bash, and return a PATH with them first."""
    folder.mkdir(exist_ok=True)
    for name, lines in scripts.items():
        (folder / name).write_text(f"#!/bin/bash\n{lines}\n", encoding="utf-8")
        (folder / name).chmod(0o700)
    return f"{folder}:{os.environ['PATH']}"
