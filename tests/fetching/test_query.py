"""Filters built from packs, and the equivalent gcloud command."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.entries import SERVICE, entry
from triage import lql, rules
from triage.errors import UsageError
from triage.fetching.query import (
    MAX_CHARACTERS,
    add_window,
    build_filter,
    gcloud_command,
    plan_joint_filter,
)
from triage.models import Chain, FetchPlan, Pack, Rule, WorkloadKind
from triage.models.pack_tables import Paths
from triage.window import Window, parse_timestamp

WINDOW = Window(parse_timestamp("2025-09-16T00:00:00Z"), parse_timestamp("2025-09-17T00:00:00Z"))
PACK = Pack(
    id="shop",
    title="The shop",
    version=1,
    services=["shop-*"],
    primary=["shop-*"],
    chain=Chain(phases=[], checks=[]),
    keywords=["readiness", "Failed services", "shop.readiness_gate"],
    filter='labels.tier="front" -- said by the shop',
    paths=Paths(socket=["/ws", "/ws/*"], health=["/health/*"]),
    rules=[
        Rule(id="waits", literal="waiting for the till", pattern="^waiting", hits=["waiting"], misses=[""]),
        Rule(id="short", literal="till", pattern="^till", hits=["till"], misses=[""]),
        Rule(
            id="hum", literal="humming along merrily", pattern="^hum", hits=["hum"], misses=[""], noise="hum"
        ),
    ],
)
AUDIT = "projects/demo/logs/cloudaudit.googleapis.com%2Factivity"
REQUESTS = "projects/demo/logs/run.googleapis.com%2Frequests"


def info(text: str = "nothing of note", **fields: Any) -> dict[str, Any]:
    return entry(1, text, severity="INFO") | fields


def structured(**payload: Any) -> dict[str, Any]:
    return {key: value for key, value in info(jsonPayload=payload).items() if key != "textPayload"}


def request(path: str, status: int = 200) -> dict[str, Any]:
    http = {"requestMethod": "GET", "requestUrl": f"https://shop.example{path}", "status": status}
    return info(logName=REQUESTS, httpRequest=http)


def deployment(resource: str, service: str = "") -> dict[str, Any]:
    labels = {"service_name": service, "revision_name": ""}
    return info(
        logName=AUDIT,
        resource={"type": "cloud_run_revision", "labels": labels},
        protoPayload={"methodName": "google.cloud.run.v1.Services.ReplaceService", "resourceName": resource},
    )


ASKED_FOR = {
    "a keyword in a text": info("GCP readiness began"),
    "a keyword in a message": structured(message="Failed services: []"),
    "a keyword in a message of another name": structured(msg="readiness"),
    "a keyword in a module's name": structured(message="x", labels={"module": "shop.readiness_gate"}),
    "a keyword in a context's name": structured(message="x", context={"name": "shop.readiness_gate"}),
    "a keyword in a logger's name": structured(message="x", logger="shop.readiness_gate"),
    "a keyword in a source file": info(sourceLocation={"file": "/app/shop.readiness_gate.py"}),
    "a line that a rule knows": info("waiting for the till to open"),
    "what the pack's filter names": info(labels={"tier": "front"}),
    "a line without severity": {key: value for key, value in info().items() if key != "severity"},
    "a warning": info(severity="WARNING"),
    "an error of the same instance": info(severity="ERROR"),
    "a line of the platform": info(logName="projects/demo/logs/run.googleapis.com%2Fvarlog%2Fsystem"),
    "a health request": request("/health/ready"),
    "a WebSocket request": request("/ws"),
    "a failed request": request("/basket", 503),
    "a refused request": request("/basket", 403),
    "a denial by a policy": info(logName="projects/demo/logs/cloudaudit.googleapis.com%2Fpolicy"),
    "a deployment": deployment(f"namespaces/demo/services/{SERVICE}", SERVICE),
    "a deployment that names the service in its resource only": deployment(
        f"namespaces/demo/services/{SERVICE}"
    ),
    "a revision's entry without a service": deployment(f"namespaces/demo/revisions/{SERVICE}-00042-abc"),
}
LEFT_OUT = {
    "an ordinary line": info(),
    "an ordinary request": request("/basket"),
    "a line with a short word of a rule": info("till"),
    "noise": info("humming along merrily"),
    "another service": entry(1, "readiness", service="shop-front"),
    "a deployment of another service": deployment("namespaces/demo/services/shop-backend-two"),
    "a revision of another service": deployment("namespaces/demo/revisions/shop-backend-two-00042-abc"),
    "a line before the window": info("readiness") | {"timestamp": "2025-09-15T23:59:59.999999999Z"},
    "a line at the window's end": info("readiness") | {"timestamp": "2025-09-17T00:00:00Z"},
}


def asked(service: str = SERVICE, **options: Any) -> str:
    return add_window(build_filter(service, [PACK], **options), WINDOW)


@pytest.mark.parametrize("what", ASKED_FOR)
def test_the_filter_matches(what: str) -> None:
    assert lql.matcher(asked())(ASKED_FOR[what])


@pytest.mark.parametrize("what", LEFT_OUT)
def test_the_filter_does_not_match(what: str) -> None:
    assert not lql.matcher(asked())(LEFT_OUT[what])


def test_the_filter_contains_both_window_bounds() -> None:
    assert asked().startswith('timestamp>="2025-09-16T00:00:00Z"\ntimestamp<"2025-09-17T00:00:00Z"\n')


def test_everything_matches_all_entries_of_the_service_in_the_window() -> None:
    matches = lql.matcher(asked(everything=True))
    assert matches(LEFT_OUT["an ordinary line"])
    assert not matches(LEFT_OUT["another service"])
    assert not matches(LEFT_OUT["a line before the window"])


def test_a_custom_filter_replaces_the_packs_and_is_parenthesised() -> None:
    matches = lql.matcher(asked(text='severity=INFO OR "elsewhere" -- a comment'))
    assert matches(LEFT_OUT["an ordinary line"])
    assert not matches(ASKED_FOR["an error of the same instance"])
    assert not matches(LEFT_OUT["another service"])
    assert not matches(LEFT_OUT["a line before the window"])


def test_a_pack_for_other_services_adds_nothing() -> None:
    assert "till" not in build_filter("parcels", [PACK])
    assert lql.matcher(add_window(build_filter("parcels", [PACK]), WINDOW))(entry(1, service="parcels"))


def test_a_keyword_containing_another_is_dropped() -> None:
    text = build_filter(SERVICE, [PACK])
    assert 'textPayload:("Failed services" OR "readiness" OR "waiting for the till")' in text


@pytest.mark.parametrize("service", ["netra-backend-staging", "parcels"])
def test_the_shipped_packs_fit_into_one_filter(service: str) -> None:
    text = add_window(build_filter(service, rules.load_packs([])), WINDOW)
    assert len(text) < MAX_CHARACTERS
    assert "all lines" not in text
    assert [finding for finding in lql.lint(text) if finding.level != "note"] == []


def test_a_pack_of_every_service_adds_its_filter_and_no_words() -> None:
    general = msgspec.structs.replace(PACK, id="runtime", services=[], primary=[], chain=None)
    text = build_filter("parcels", [general])
    assert 'labels.tier="front"' in text
    assert "readiness" not in text
    assert "till" not in text


def test_packs_that_exceed_the_filter_limit_ask_for_all_lines() -> None:
    many = msgspec.structs.replace(PACK, keywords=[f"keyword number {number:04}" for number in range(1000)])
    text = add_window(build_filter(SERVICE, [many]), WINDOW)
    assert len(text) < MAX_CHARACTERS
    assert "-- all lines: " in text
    matches = lql.matcher(text)
    assert matches(LEFT_OUT["an ordinary line"])
    assert not matches(LEFT_OUT["another service"])
    assert not matches(LEFT_OUT["a line before the window"])


def test_a_custom_filter_that_exceeds_the_limit_is_rejected() -> None:
    with pytest.raises(UsageError, match="more than the 20,000"):
        build_filter(SERVICE, [PACK], text="severity=ERROR OR " * 2000)


def test_all_requests_of_a_service_without_a_chain_are_asked_for() -> None:
    matches = lql.matcher(add_window(build_filter("parcels", [PACK]), WINDOW))
    ordinary = request("/basket")
    ordinary["resource"] = entry(1, service="parcels")["resource"]
    assert matches(ordinary)
    assert lql.matcher(asked(requests=True))(LEFT_OUT["an ordinary request"])


def of_resource(type_: str, **labels: str) -> dict[str, Any]:
    return info(severity="ERROR", resource={"type": type_, "labels": labels})


@pytest.mark.parametrize(
    ("kind", "name", "found"),
    [
        ("job", "nightly", of_resource("cloud_run_job", job_name="nightly")),
        ("worker_pool", "pickers", of_resource("cloud_run_worker_pool", worker_pool_name="pickers")),
        ("function", "bulkLoader", of_resource("cloud_function", function_name="bulkLoader")),
        ("function", "bulkLoader", of_resource("cloud_run_revision", service_name="bulkloader")),
        ("function", "bulk_Loader", of_resource("cloud_run_revision", service_name="bulk-loader")),
    ],
)
def test_each_kind_of_workload_is_asked_for_by_its_label(
    kind: WorkloadKind, name: str, found: dict[str, Any]
) -> None:
    matches = lql.matcher(add_window(build_filter(name, [], kind=kind), WINDOW))
    assert matches(found)
    assert not matches(info(severity="ERROR"))
    assert not matches(of_resource("k8s_container", job_name=name))
    assert not matches(found | {"timestamp": "2025-09-17T00:00:00Z"})


@pytest.mark.parametrize(
    ("kind", "type_", "resource"),
    [
        ("job", "cloud_run_job", "namespaces/demo/jobs/nightly"),
        ("job", "cloud_run_job", "namespaces/demo/executions/nightly-x7k2p"),
        ("worker_pool", "cloud_run_worker_pool", "projects/demo/locations/l/workerPools/nightly"),
        ("function", "cloud_function", "projects/demo/locations/l/functions/nightly"),
    ],
)
def test_audit_entries_of_each_kind_may_name_it_in_their_resource(
    kind: WorkloadKind, type_: str, resource: str
) -> None:
    matches = lql.matcher(add_window(build_filter("nightly", [], kind=kind), WINDOW))
    entry = info(
        logName=AUDIT, resource={"type": type_, "labels": {}}, protoPayload={"resourceName": resource}
    )
    assert matches(entry)
    assert not matches(entry | {"protoPayload": {"resourceName": f"{resource}-two"}})


def test_the_end_of_a_first_generation_call_is_asked_for() -> None:
    ended = of_resource("cloud_function", function_name="bulkLoader") | {
        "logName": "projects/demo/logs/cloudfunctions.googleapis.com%2Fcloud-functions",
        "severity": "DEBUG",
        "textPayload": "Function execution took 60002 ms, finished with status: 'timeout'",
    }
    assert lql.matcher(add_window(build_filter("bulkLoader", [], kind="function"), WINDOW))(ended)


@pytest.mark.parametrize(("kind", "name"), [("service", "bulkLoader"), ("job", "a_b"), ("function", "a b")])
def test_an_invalid_name_is_rejected(kind: WorkloadKind, name: str) -> None:
    with pytest.raises(UsageError, match=r"is not a valid .* name"):
        build_filter(name, [], kind=kind)


@settings(deadline=None)
@given(st.text(min_size=1) | st.from_regex(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True))
def test_no_service_name_changes_the_meaning_of_the_filter(name: str) -> None:
    if re.fullmatch("[a-z]([a-z0-9-]{0,61}[a-z0-9])?", name, re.ASCII):
        matches = lql.matcher(add_window(build_filter(name, [PACK]), WINDOW))
        assert matches(entry(1, service=name))
        assert not matches(entry(1, service=f"{name}x"))
    else:
        with pytest.raises(UsageError):
            build_filter(name, [])


FILTERS = [
    asked(),
    'textPayload:"it\'s" OR textPayload:"naïve 😀"\njsonPayload.path=~"C:\\\\x\\.y" -- `$HOME` $(true) !x %PATH%',
]


@pytest.mark.tool("bash")
@pytest.mark.parametrize("text", FILTERS)
def test_the_gcloud_command_is_one_command_in_bash(text: str, tmp_path: Path) -> None:
    gcloud = tmp_path / "gcloud"
    gcloud.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >&2\ncat\n', encoding="utf-8")
    gcloud.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        [shutil.which("bash") or "", "-c", gcloud_command(text, "demo")],
        env={"PATH": path},
        capture_output=True,
        check=True,
    )
    assert run.stderr.decode().split() == [
        "logging", "read", "--flags-file=-", "--project=demo", "--order=asc", "--format=json"
    ]  # fmt: skip
    assert yaml_key(run.stdout.decode()) == text


@pytest.mark.parametrize("text", FILTERS)
def test_the_gcloud_command_means_the_same_to_powershell(text: str) -> None:
    command = gcloud_command(text, "demo")
    quoted = re.fullmatch(r"echo '([^']*)' \| gcloud( [a-z=-]+)+", command)
    assert quoted
    assert command.isascii()
    assert yaml_key(quoted[1]) == text


def test_the_gcloud_command_rejects_an_invalid_project() -> None:
    with pytest.raises(UsageError):
        gcloud_command("severity=ERROR", "demo; rm -rf /")


def yaml_key(text: str) -> str:
    """Return the only key of the YAML mapping that the command pipes."""
    body = text.strip("\n").removeprefix("? ").removesuffix("\n:")
    if body.startswith("|-\n"):
        return "\n".join(line.removeprefix("  ") for line in body.split("\n")[1:])
    escape = re.compile(r'\\(?:U([0-9a-f]{8})|(["\\]))')
    return escape.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], body[1:-1])


def test_a_pack_without_keywords_leaves_the_filter_unchanged() -> None:
    silent = msgspec.structs.replace(PACK, id="client", services=[], keywords=[], filter="")
    assert build_filter(SERVICE, [PACK, silent]) == build_filter(SERVICE, [PACK])
    assert "client probe" not in build_filter(SERVICE, rules.load_packs())


def test_the_steps_of_a_server_are_asked_for_where_the_service_has_a_chain() -> None:
    step = Rule(
        id="open",
        literal="the shop is open now",
        pattern="^x",
        hits=["x"],
        misses=[""],
        run="boot",
        step="ready",
    )
    server = msgspec.structs.replace(
        PACK, id="server", services=[], primary=[], chain=None, filter="", keywords=[], rules=[step]
    )
    assert "the shop is open now" in build_filter(SERVICE, [PACK, server])
    assert "the shop is open now" not in build_filter("parcels", [PACK, server])


def joint(*services: str, **more: Any) -> FetchPlan:
    return FetchPlan(services=list(services), window=WINDOW, **more)


SAMPLES = [
    entry(1, "an error", severity="ERROR"),
    info("waiting for the till"),
    info("nothing of note"),
    request("/ws"),
    request("/orders"),
]


@pytest.mark.parametrize(
    "more", [{}, {"everything": True}, {"filter": "severity>=ERROR -- only errors"}, {"requests": True}]
)
def test_joint_filter_matches_what_the_filters_of_its_services_match(more: dict[str, Any]) -> None:
    services = ["shop-front", "shop-back", "stall"]
    whole = lql.matcher(plan_joint_filter(joint(*services, **more), [PACK]))
    single = [lql.matcher(plan_joint_filter(joint(name, **more), [PACK])) for name in services]
    for sample in SAMPLES:
        for name in [*services, "another"]:
            labels = sample["resource"]["labels"] | {"service_name": name}
            placed = sample | {"resource": sample["resource"] | {"labels": labels}}
            assert whole(placed) == any(matches(placed) for matches in single)


def test_joint_filter_of_one_service_is_its_own() -> None:
    assert plan_joint_filter(joint("shop-front"), [PACK]) == build_filter("shop-front", [PACK])


def test_services_with_the_same_conditions_share_them() -> None:
    whole = plan_joint_filter(joint("shop-front", "shop-back", "stall"), [PACK])
    assert whole.count("waiting for the till") == build_filter("shop-front", [PACK]).count(
        "waiting for the till"
    )


def test_joint_filter_that_is_too_long_asks_for_all_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.fetching.query.MAX_CHARACTERS", 1400)
    whole = plan_joint_filter(joint("shop-front", "stall"), [PACK])
    assert len(add_window(whole, WINDOW)) <= 1400
    matches = lql.matcher(whole)
    labels = {"service_name": "stall", "revision_name": ""}
    assert matches(info() | {"resource": {"type": "cloud_run_revision", "labels": labels}})
    with pytest.raises(UsageError, match="the filter for 20 workloads has"):
        plan_joint_filter(joint(*(f"shop-{number}" for number in range(20))), [PACK])
