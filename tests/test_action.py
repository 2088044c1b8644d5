"""The action for GitHub (action.yml): its scripts run in bash, with a fake of Cloud Logging and of GitHub."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from grpc import StatusCode

from tests.diagnosis.scenarios import crash
from tests.fakes.actions_runner import (
    ROOT,
    JobResult,
    fake_python,
    fake_triage,
    load_action,
    make_commands,
    run_action,
)
from tests.fakes.github_server import GitHubServer
from tests.fakes.logging_server import LoggingServer, read_export, refuse
from tests.fakes.replay import shift_to_last_hour
from tests.release.gate.scenarios import NEW, OLD, healthy
from tests.rendering.gates import find_commands
from tests.runs.logs import SERVICE, export
from triage.window import format_timestamp

Run = Callable[..., JobResult]
Entries = list[dict[str, Any]]

pytestmark = pytest.mark.tool("bash")

STOREFRONT = ROOT / "examples" / "storefront.json"
#: Failed deployments of tests/cases, and the cause that is named first.
FAILED_DEPLOYMENTS = {
    "deployment-failed": "deployment-failed",
    "image-not-found": "image-missing",
    "port-not-bound": "deployment-refused",
    "rollout-fails-beside-a-serving-revision": "go-code-error-at",
}
MOST_READS = 12
#: What a shell or a runner would obey, were it part of a script or a line of its own.
ATTACKS = [
    "$(touch touched)",
    "`touch touched`",
    '"; touch touched; "',
    "'; touch touched; '",
    "a\ntouch touched\n",
    "--project=other",
    "-v",
    "*",
    "a b",
    "::error::forged",
]


@pytest.fixture
def entries() -> Entries:
    return list(read_export(STOREFRONT))


@pytest.fixture
def server(entries: Entries) -> Iterator[LoggingServer]:
    with LoggingServer(shift_to_last_hour(entries)) as server:
        yield server


def environment_with(folder: Path, triage: str) -> dict[str, str]:
    """Return the environment of a runner whose ``python3 -m venv`` gives a pip that notes its arguments."""
    make_commands(folder / "stubs", {"pip": f'printf "%s\\n" "$@" >> "{folder}/pip"', "triage": triage})
    (folder / "temp").mkdir()
    return {
        "PATH": make_commands(folder / "bin", {"python3": fake_python(folder / "stubs")}),
        "HOME": str(folder),
        "RUNNER_TEMP": str(folder / "temp"),
        "CLOUDSDK_CONFIG": str(folder / "no-gcloud"),
        "TRIAGE_READS_PER_MINUTE": "1000000",
        "GITHUB_ACTIONS": "true",
        "CI": "true",
    }


@pytest.fixture
def run(tmp_path: Path, server: LoggingServer) -> Run:
    """Run the action on the entries of the server."""
    environment = environment_with(tmp_path, fake_triage(server.address))

    def act(inputs: dict[str, str], **more: str) -> JobResult:
        given = {"project": "demo-project", **inputs}
        return run_action(given, tmp_path, {**environment, **more}, **{"github.token": "good"})

    return act


def left_files(folder: Path) -> list[str]:
    """Return the names of the files that the action left, besides those that it installed."""
    return sorted(path.name for path in folder.glob("temp/triage.*/**/*") if path.is_file())


# the answer


def test_failed_deployment_is_named_with_mitigation_and_evidence(
    run: Run, server: LoggingServer, tmp_path: Path
) -> None:
    done = run({"service": "storefront"})
    assert done.status == 0
    (command,) = find_commands(done.printed)
    assert command.title == "triage storefront: The environment variable DATABASE_URL is not set"
    assert "--to-revisions=storefront-00017-kay=100" in command.message
    assert "Error: Missing environment variable: DATABASE_URL" in command.message
    assert done.summary.partition("\n")[0].endswith("The environment variable `DATABASE_URL` is not set")
    outputs = done.outputs("triage")
    assert outputs.keys() == {"verdict", "cause", "title", "report"}
    assert (outputs["verdict"], outputs["cause"]) == ("degraded", "environment-missing")
    assert Path(outputs["report"]).read_text(encoding="utf-8") == done.summary
    assert left_files(tmp_path) == ["report.md"]
    assert 0 < len(server.requests) <= MOST_READS


@pytest.mark.parametrize(
    ("entries", "cause"),
    [
        pytest.param(list(read_export(ROOT / f"tests/cases/{name}/entries.jsonl")), cause, id=name)
        for name, cause in FAILED_DEPLOYMENTS.items()
    ],
)
def test_failed_deployment_takes_few_reads(
    run: Run, server: LoggingServer, entries: Entries, cause: str
) -> None:
    service = next(entry["resource"]["labels"]["service_name"] for entry in entries)
    done = run({"service": service})
    assert done.outputs("triage")["cause"] == cause
    assert 0 < len(server.requests) <= MOST_READS


def test_a_thousand_entries_more_take_one_read_more(run: Run, server: LoggingServer) -> None:
    run({"service": "storefront"})
    before, more = len(server.requests), 2_500
    served = next(
        entry for entry in read_export(STOREFRONT) if entry.get("httpRequest", {}).get("status") == 200
    )
    stamps = [format_timestamp(time.time_ns() - 600 * 10**9 + number * 10**6) for number in range(more)]
    server.add(served | {"timestamp": stamp, "insertId": stamp} for stamp in stamps)
    run({"service": "storefront"})
    assert len(server.requests) - before <= before + more // 1_000 + 1


def test_verdict_fails_the_step_only_on_demand(run: Run) -> None:
    assert run({"service": "storefront", "fail-on": "not_ready"}).status == 0
    done = run({"service": "storefront", "fail-on": "degraded"})
    assert done.status == 1
    assert done.outputs("triage")["verdict"] == "degraded"


def test_service_without_entries_is_a_warning(run: Run) -> None:
    done = run({"service": "storfront"})
    assert done.status == 0
    (command,) = find_commands(done.printed)
    assert (command.name, command.title) == ("warning", "triage: no data")
    assert "no entries of service storfront in project demo-project" in command.message
    assert done.outputs("triage").keys() == {"verdict", "report"}


def test_denied_permission_ends_with_77_and_one_annotation(
    run: Run, server: LoggingServer, tmp_path: Path
) -> None:
    server.on_page(1, refuse(StatusCode.PERMISSION_DENIED), times=None)
    done = run({"service": "storefront", "ticket": "true"})
    assert done.status == 77
    (command,) = find_commands(done.printed)
    assert command.name == "error"
    assert "roles/logging.viewer" in command.message
    assert done.outputs("triage") == {}
    assert left_files(tmp_path) == []


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"mode": "deploy", "service": "storefront"}, "the mode is neither diagnose nor gate"),
        ({}, "no workload is given; give one of --service"),
        ({"mode": "gate"}, "there is nothing to judge"),
        ({"service": "storefront", "fail-on": "always"}, "'always' is not one of 'not_ready', 'degraded'"),
        ({"service": "storefront", "since": "soon"}, "soon"),
    ],
)
def test_wrong_inputs_end_with_2_and_an_annotation(
    run: Run, server: LoggingServer, inputs: dict[str, str], message: str
) -> None:
    done = run(inputs)
    assert done.status == 2
    (command,) = find_commands(done.printed)
    assert command.name == "error"
    assert message in command.message
    assert server.requests == []


# the gate


@pytest.mark.parametrize(
    ("entries", "status", "word"),
    [
        (export([*healthy(), *crash(1800, revision=NEW, instance="i2")]), 1, "failed"),
        (export([*healthy(), *healthy(1800, revision=NEW, instance="i2")]), 0, "passed"),
        (export(healthy()), 3, "inconclusive"),
    ],
)
def test_gate_sets_its_status_and_output(
    run: Run, server: LoggingServer, status: int, word: str, tmp_path: Path
) -> None:
    done = run(
        {
            "mode": "gate",
            "service": SERVICE,
            "revision": NEW,
            "baseline": OLD,
            "since": "1h",
            "wait": "0s",
        }
    )
    assert done.status == status
    assert done.outputs("triage")["gate"] == word
    assert find_commands(done.printed)[-1].title == f"triage gate {NEW}: {word}"
    assert done.summary.startswith(f"## Gate: {word}\n")
    assert done.outputs("triage").get("cause", "") == ("missing-module" if status == 1 else "")
    assert left_files(tmp_path) == ["report.md"]
    assert 0 < len(server.requests) <= MOST_READS


# the ticket


def test_ticket_is_opened_once_and_then_updated(run: Run) -> None:
    with GitHubServer(issues=0) as github:
        place = {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": "demo/demo"}
        inputs = {"service": "storefront", "ticket": "true"}
        first, second = run(inputs, **place), run(inputs, **place)
        assert run({"service": "storefront"}, **place).outputs("triage").get("ticket") is None
        ((number, issue),) = github.issues.items()
    assert (first.status, second.status) == (0, 0)
    assert issue["title"] == "storefront: The environment variable DATABASE_URL is not set"
    address = first.outputs("triage")["ticket"]
    assert address.endswith(f"/demo/demo/issues/{number}")
    assert second.outputs("triage")["ticket"] == address
    assert find_commands(first.printed)[-1] == ("notice", "triage ticket", f"opened {address}")
    assert first.summary.endswith(f"Ticket: {address}\n")


def test_ticket_follows_a_failed_gate(run: Run) -> None:
    with GitHubServer(issues=0) as github:
        place = {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": "demo/demo"}
        done = run({"mode": "gate", "service": "storefront", "ticket": "true"}, **place)
        assert len(github.issues) == 1
    assert done.status == 1


def test_token_without_permission_is_an_annotation(run: Run, tmp_path: Path) -> None:
    with GitHubServer(issues=0) as github:
        place = {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": "demo/demo"}
        done = run({"service": "storefront", "ticket": "true", "token": "bad"}, **place)
    assert done.status == 77
    assert [command.name for command in find_commands(done.printed)] == ["warning", "error"]
    assert left_files(tmp_path) == ["report.md"]


# inputs


@pytest.fixture
def arguments(tmp_path: Path) -> Callable[[dict[str, str]], list[str]]:
    """Return the arguments that triage is called with."""
    environment = environment_with(tmp_path, f'printf "%s\\0" "$@" >> "{tmp_path}/arguments"')

    def called(inputs: dict[str, str]) -> list[str]:
        (tmp_path / "arguments").unlink(missing_ok=True)
        done = run_action(inputs, tmp_path, environment, **{"github.token": "good"})
        assert find_commands(done.printed) == []
        return (tmp_path / "arguments").read_text(encoding="utf-8").split("\0")[:-1]

    return called


@pytest.mark.parametrize("attack", ATTACKS)
def test_inputs_are_one_word_of_one_option_whatever_they_hold(
    arguments: Callable[[dict[str, str]], list[str]], tmp_path: Path, attack: str
) -> None:
    workloads = ("service", "job", "worker-pool", "function", "project", "since", "fail-on")
    words = arguments(dict.fromkeys(workloads, attack))
    assert words[0] == "fetch"
    assert {f"--{name}={attack}" for name in workloads} == set(words) - {"fetch", *_own(words)}
    of_gate = ("service", "project", "since", "revision", "baseline", "wait", "criteria")
    words = arguments({"mode": "gate", **dict.fromkeys(of_gate, attack)})
    assert words[0] == "gate"
    assert {f"--{name}={attack}" for name in of_gate} == set(words) - {"gate", *_own(words)}
    assert list(tmp_path.rglob("touched")) == []


def _own(words: list[str]) -> list[str]:
    """Return the words that the action itself adds."""
    found = [word for word in words if re.match(r"--(?:format|report|output|keep)=", word)]
    assert len(found) == 3
    return found


def test_empty_inputs_are_no_options(arguments: Callable[[dict[str, str]], list[str]]) -> None:
    words = arguments({})
    assert [word.partition("=")[0] for word in words] == [
        "fetch",
        "--format",
        "--report",
        "--since",
        "--output",
    ]


def test_no_script_holds_an_expression_and_every_input_is_used() -> None:
    action = load_action()
    steps = action["runs"]["steps"]
    assert [step["name"] for step in steps if "${{" in step["run"]] == []
    used = " ".join(
        str(value) for step in steps for value in [*step.get("env", {}).values(), step.get("if", "")]
    )
    assert set(re.findall(r"inputs\.([\w-]+)", used)) == action["inputs"].keys()


# the installation


def test_triage_is_installed_once_from_the_checkout_with_its_constraints(run: Run, tmp_path: Path) -> None:
    run({"service": "storefront"})
    run({"service": "storefront"})
    assert (tmp_path / "pip").read_text(encoding="utf-8").splitlines() == [
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--constraint",
        str(ROOT / "constraints.txt"),
        str(ROOT),
    ]


def test_older_python_is_an_annotation(tmp_path: Path) -> None:
    environment = environment_with(tmp_path, "exit 0")
    path = make_commands(tmp_path / "older", {"python3": "exit 1"})
    done = run_action(
        {"service": "storefront"}, tmp_path, {**environment, "PATH": path}, **{"github.token": "good"}
    )
    assert done.status == 1
    (command,) = find_commands(done.printed)
    assert command.message == "triage needs Python 3.11 or newer; add actions/setup-python before this step"


# the page


def rows(title: str) -> dict[str, str]:
    """Return the rows of a table of docs/ci.md by the names in their first column."""
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    lines = page.partition(f"| {title} |")[2].partition("\n\n")[0].splitlines()[2:]
    return {name: line for line in lines for name in re.findall(r"`([\w-]+)`", line.split(" | ")[0])}


def test_page_has_every_input_output_and_workflow() -> None:
    action = load_action()
    assert rows("input").keys() == action["inputs"].keys()
    assert rows("output").keys() == action["outputs"].keys()
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    examples = {f"examples/{path.name}" for path in (ROOT / "docs" / "examples").iterdir()}
    assert set(re.findall(r"\]\((examples/[^)]+)\)", page)) == examples
    for name, item in action["inputs"].items():
        if name != "token" and item.get("default", "false") != "false":
            assert f"`{item['default']}`" in rows("input")[name]
