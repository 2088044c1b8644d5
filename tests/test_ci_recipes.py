"""The CI recipes of docs/examples, run in a shell with fakes of gcloud, logs and issues."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.diagnosis.scenarios import crash
from tests.fakes.actions_runner import (
    ROOT,
    USES,
    fake_python,
    fake_triage,
    load_action,
    make_commands,
    run_job,
)
from tests.fakes.github_server import GitHubServer
from tests.fakes.logging_server import LoggingServer, read_export
from tests.fakes.replay import shift_to_last_hour
from tests.release.gate.scenarios import NEW, OLD, boot, healthy
from tests.rendering.gates import find_commands
from tests.runs.logs import SERVICE, export

EXAMPLES = ROOT / "docs" / "examples"
BACK = f"run services update-traffic {SERVICE} --to-revisions={OLD}=100 --region=us-central1 --project=demo-project"
#: What the new revision logs after its deployment, and the status that the gate ends with.
ENDINGS = {
    0: healthy(1800, revision=NEW, instance="i2"),
    1: crash(1800, revision=NEW, instance="i2"),
    3: boot(1800, revision=NEW, instance="i2"),
}
TITLE = "The environment variable DATABASE_URL is not set"
#: Exit status of a ``gcloud run deploy`` that fails.
REFUSED = 1
#: The keys of a build, of its options and of a step (cloud.google.com/build/docs/build-config-file-schema).
BUILD_KEYS = {"steps", "timeout", "substitutions", "options", "availableSecrets"}
STEP_KEYS = {"id", "name", "script", "secretEnv"}

pytestmark = pytest.mark.tool("bash")

each_ending = pytest.mark.parametrize("status", ENDINGS)
Entries = list[dict[str, Any]]


class RecipeResult(NamedTuple):
    """The exit status of a recipe, its output, and its calls of gcloud."""

    status: int
    printed: str
    asked: list[str]
    summary: str = ""


@pytest.fixture
def entries(status: int) -> Entries:
    return export([*healthy(), *ENDINGS[status]])


@pytest.fixture
def server(entries: Entries) -> Iterator[LoggingServer]:
    with LoggingServer(shift_to_last_hour(entries)) as server:
        yield server


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    with GitHubServer(issues=0) as server:
        yield server


@pytest.fixture
def deployed() -> int:
    """Return the exit status of ``gcloud run deploy``."""
    return 0


@pytest.fixture
def machine(tmp_path: Path, server: LoggingServer, github: GitHubServer, deployed: int) -> dict[str, str]:
    """Return an environment with a fake gcloud, and with triage instead of its installation."""
    gcloud = f"""echo "$*" >> {tmp_path}/asked
        case "$*" in
        *latestReady*) echo {OLD};;
        *latestCreated*) echo {NEW};;
        "run deploy "*) exit {deployed};;
        esac"""
    (tmp_path / "temp").mkdir()
    commands = {
        "gcloud": gcloud,
        "pip": "exit 0",
        "python3": fake_python(tmp_path / "bin"),
        "triage": fake_triage(server.address),
    }
    return {
        "PATH": make_commands(tmp_path / "bin", commands),
        "HOME": str(tmp_path),
        "NO_COLOR": "1",
        "TRIAGE_READS_PER_MINUTE": "1000000",
        "CLOUDSDK_CONFIG": str(tmp_path / "no-gcloud"),
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": "demo/demo",
    }


def asked(folder: Path) -> list[str]:
    return (folder / "asked").read_text(encoding="utf-8").splitlines()


# GitHub Actions


def workflow(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8"))
    return loaded


def run_workflow(name: str, folder: Path, environment: dict[str, str]) -> RecipeResult:
    """Run the job of a workflow without waiting, as a runner in a folder of its own."""
    loaded = workflow(name)
    job = loaded["jobs"]["deploy"] | {"env": loaded["env"] | {"WAIT": "0s"}}
    runner = {"RUNNER_TEMP": str(folder / "temp")}
    done = run_job(job, folder, environment | runner, **{"github.token": "good"})
    return RecipeResult(done.status, done.printed, asked(folder), done.summary)


@each_ending
def test_workflow_returns_the_gate_status_and_rolls_back_only_after_a_failure(
    status: int, tmp_path: Path, machine: dict[str, str]
) -> None:
    ran = run_workflow("github-actions.yml", tmp_path, machine)
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
    assert ran.summary.startswith(f"## Gate: {word}\n")


@pytest.mark.parametrize(("status", "deployed"), [(1, REFUSED)])
def test_workflow_names_the_cause_of_a_failed_deployment_and_moves_no_traffic(
    status: int, tmp_path: Path, machine: dict[str, str]
) -> None:
    ran = run_workflow("github-actions.yml", tmp_path, machine)
    assert ran.status == REFUSED
    assert BACK not in ran.asked
    assert find_commands(ran.printed)[0].title.endswith("No worker can boot: the image has no module billing")


@pytest.mark.parametrize(
    "entries", [list(read_export(ROOT / "examples" / "storefront.json"))], ids=["storefront"]
)
@pytest.mark.parametrize("deployed", [0, REFUSED])
def test_workflow_says_why_only_where_the_deployment_failed(
    tmp_path: Path, machine: dict[str, str], github: GitHubServer, deployed: int
) -> None:
    ran = run_workflow("github-diagnose.yml", tmp_path, machine)
    assert ran.status == deployed
    titles = [command.title for command in find_commands(ran.printed)]
    assert titles == ([f"triage storefront: {TITLE}", "triage ticket"] if deployed else [])
    assert [issue["title"] for issue in github.issues.values()] == [f"storefront: {TITLE}"] * deployed


@pytest.mark.parametrize("name", ["github-actions.yml", "github-diagnose.yml"])
def test_workflow_gives_the_action_only_inputs_that_it_has(name: str) -> None:
    (step,) = [step for step in workflow(name)["jobs"]["deploy"]["steps"] if step.get("uses") == USES]
    assert step["with"].keys() <= load_action()["inputs"].keys()


# Cloud Build


def build(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8"))
    return loaded


def run_build(name: str, folder: Path, environment: dict[str, str]) -> RecipeResult:
    """Run the scripts of a build one by one in one folder, until a step fails.

    Substitutions are environment variables of a script (cloud.google.com/build/docs/configuring-builds/
    run-bash-scripts), and secrets only of the steps that name them.
    """
    config = build(name)
    assert config.keys() <= BUILD_KEYS
    assert config["options"] == {"automapSubstitutions": True}
    known = {**config["substitutions"], "PROJECT_ID": "demo-project", "_WAIT": "0s"}
    printed = ""
    for number, step in enumerate(config["steps"]):
        assert step.keys() <= STEP_KEYS
        script = folder / f"build-{number}.sh"
        script.write_text(step["script"], encoding="utf-8")
        script.chmod(0o700)
        secrets = dict.fromkeys(step.get("secretEnv", []), "good")
        done = subprocess.run(
            [script],
            cwd=folder,
            env={**environment, **known, **secrets},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        printed += done.stdout
        if done.returncode:
            return RecipeResult(done.returncode, printed, asked(folder))
    return RecipeResult(0, printed, asked(folder))


@each_ending
def test_build_returns_the_gate_status_and_rolls_back_only_after_a_failure(
    status: int, tmp_path: Path, machine: dict[str, str]
) -> None:
    ran = run_build("cloudbuild.yaml", tmp_path, machine)
    assert ran.status == status
    assert (BACK in ran.asked) == (status == 1)
    word = {0: "PASSED", 1: "FAILED", 3: "INCONCLUSIVE"}[status]
    assert re.search(rf"(?m)^{word}\b.* {NEW}$", ran.printed)
    assert ("No worker can boot: the image has no module billing\n" in ran.printed) == (status == 1)


@pytest.mark.parametrize(("status", "deployed"), [(1, REFUSED)])
def test_build_names_the_cause_of_a_failed_deployment_and_moves_no_traffic(
    status: int, tmp_path: Path, machine: dict[str, str]
) -> None:
    ran = run_build("cloudbuild.yaml", tmp_path, machine)
    assert ran.status == REFUSED
    assert BACK not in ran.asked
    assert "No worker can boot: the image has no module billing\n" in ran.printed


@pytest.mark.parametrize(
    "entries", [list(read_export(ROOT / "examples" / "storefront.json"))], ids=["storefront"]
)
@pytest.mark.parametrize("deployed", [0, REFUSED])
def test_build_says_why_only_where_the_deployment_failed(
    tmp_path: Path, machine: dict[str, str], github: GitHubServer, deployed: int
) -> None:
    ran = run_build("cloudbuild-diagnose.yaml", tmp_path, machine)
    assert ran.status == deployed
    assert (f"\n{TITLE}\n" in ran.printed) == bool(deployed)
    assert [issue["title"] for issue in github.issues.values()] == [f"storefront: {TITLE}"] * deployed
    assert (tmp_path / "report.md").exists() == bool(deployed)


@pytest.mark.parametrize("name", ["cloudbuild.yaml", "cloudbuild-diagnose.yaml"])
def test_build_has_its_secrets_and_substitutions(name: str) -> None:
    config = build(name)
    scripts = "".join(step["script"] for step in config["steps"])
    assert set(re.findall(r"\$(_\w+)", scripts)) == config["substitutions"].keys()
    held = {item["env"] for item in config.get("availableSecrets", {}).get("secretManager", [])}
    assert {secret for step in config["steps"] for secret in step.get("secretEnv", [])} == held


# the pages


def test_page_links_both_recipes_and_names_every_criterion() -> None:
    import tomllib

    page = (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page)
    assert {"examples/github-actions.yml", "examples/cloudbuild.yaml"} <= set(links)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
    criteria = tomllib.loads((ROOT / "reports" / "gate.toml").read_text(encoding="utf-8"))
    for name, table in criteria.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        told = tomllib.loads("\n".join(re.findall(r"`(\w+ = [^`]+)`", row)))
        assert told == table
