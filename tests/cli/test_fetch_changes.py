"""``triage fetch`` fetches the changes before the window, and what callers logged of failed requests."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.changes import audit_entries as audit
from tests.fakes.logging_server import LoggingServer
from triage.fetching import earlier_changes, shared_traces
from triage.models import Entry

Call = Callable[..., Any]
Record = dict[str, Any]
WINDOW = ("--from", "2027-02-03T10:00Z", "--until", "2027-02-03T11:00Z")
TRACE = f"projects/{audit.PROJECT}/traces/"
OUT_OF_MEMORY = (
    "Memory limit of 512 MiB exceeded with 530 MiB used. Consider increasing the memory limit, see "
    "https://cloud.google.com/run/docs/configuring/memory-limits"
)


@pytest.fixture(autouse=True)
def _isolated_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use an empty folder without gcloud and without a project."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
    monkeypatch.setenv("TRIAGE_READS_PER_MINUTE", "1000000")


def on_day(entry: Entry, day: str = "2027-02-03") -> Record:
    """Return the record of an audit entry, moved to a day."""
    record: Record = json.loads(entry.raw)
    return record | {"timestamp": f"{day}T{record['timestamp'][11:]}", "insertId": day + record["insertId"]}


def with_memory(amount: str, *, latest: str = "", ready: str = "") -> Record:
    """Return a service; its status names the latest revision and when it became ready."""
    service = audit.service_v1(resources={"limits": {"memory": amount}}, latest=latest)
    if ready:
        service["status"]["conditions"] = [{"type": "Ready", "status": "True", "lastTransitionTime": ready}]
    return service


def logged(
    clock: str, text: str, *, log: str = "run.googleapis.com%2Fvarlog%2Fsystem", **fields: Any
) -> Record:
    """Return an entry of the service's newest revision."""
    return {
        "insertId": f"{clock}-{text[:20]}",
        "logName": f"projects/{audit.PROJECT}/logs/{log}",
        "timestamp": f"2027-02-03T{clock}Z",
        "severity": "ERROR",
        "resource": {
            "type": "cloud_run_revision",
            "labels": {
                "project_id": audit.PROJECT,
                "location": audit.LOCATION,
                "service_name": audit.SERVICE,
                "revision_name": audit.revision(7),
            },
        },
        "labels": {"instanceId": "00a1b2c3"},
        **({"textPayload": text} if text else {}),
    } | fields


def request(clock: str, status: int, *, trace: str, service: str = audit.SERVICE) -> Record:
    """Return a request entry."""
    entry = logged(clock, "", log="run.googleapis.com%2Frequests", trace=f"{TRACE}{trace}", severity="ERROR")
    entry["resource"]["labels"] |= {"service_name": service, "revision_name": f"{service}-00007-abc"}
    entry["httpRequest"] = {
        "requestMethod": "GET",
        "requestUrl": f"https://{service}.example/carts",
        "status": status,
        "latency": "0.2s",
    }
    return entry | {"insertId": f"{service}-{clock}-{trace}"}


def lowered(clock: str = "10:20:00", **service: str) -> list[Record]:
    """Return the deployment of the window, which lowers the memory, and the failure after it."""
    deployed = audit.replace(clock, with_memory("512Mi", latest=audit.revision(6), **service))
    return [
        on_day(deployed),
        on_day(audit.ready("10:20:10", audit.revision(7))),
        logged("10:22:00", OUT_OF_MEMORY),
        logged("10:23:00", OUT_OF_MEMORY),
    ]


def earlier(day: str) -> Record:
    """Return the deployment before it."""
    return on_day(audit.replace("09:00:00", with_memory("2Gi", latest=audit.revision(5))), day)


def fetch(call: Call, server: LoggingServer, *options: str) -> Any:
    words = ("--service", audit.SERVICE, "--endpoint", server.address, "--project", audit.PROJECT, *WINDOW)
    return call("fetch", *words, *options)


def change_queries(server: LoggingServer) -> list[str]:
    return [text for text, _, _ in server.requests if "SecretVersion" in text]


def fetched_lines() -> Path:
    [file] = Path().glob("*.jsonl.gz")
    return file


@pytest.mark.parametrize(("day", "calls"), [("2027-02-03", 1), ("2027-01-29", 2), ("2027-01-10", 3)])
def test_previous_deployment_is_fetched_so_that_the_difference_is_known(
    call: Call, day: str, calls: int
) -> None:
    with LoggingServer([earlier(day), *lowered()]) as server:
        called = fetch(call, server)
        asked = change_queries(server)

    assert "Began 2 min after revision kiosk-00007-abc: memory 2Gi -> 512Mi" in called.out
    assert len(asked) == calls
    assert f"{audit.SERVICE} failed: fetching the changes of 2027-02-02 10:00:00 UTC" in called.err
    assert "in at most 5 calls" in called.err
    assert "wrote kiosk-20270203T100000Z-20270203T110000Z.jsonl.gz: 5 entries" in called.err


def test_kept_file_gives_the_same_answer(call: Call) -> None:
    with LoggingServer([earlier("2027-01-10"), *lowered()]) as server:
        called = fetch(call, server)
    kept = call("diagnose", fetched_lines())

    assert called.out.splitlines()[:2] == kept.out.splitlines()[:2]
    assert "memory 2Gi -> 512Mi" in kept.out
    meta = json.loads(Path("kiosk-20270203T100000Z-20270203T110000Z.meta.json").read_text("utf-8"))
    assert meta["changes_since"] == "2027-01-04T10:00:00.000000Z"
    assert meta["window_fetched"] == ["2027-02-03T10:00:00.000000Z", "2027-02-03T11:00:00.000000Z"]


def test_deployment_older_than_the_search_is_fetched_by_the_time_that_the_logs_name(call: Call) -> None:
    ready = "2026-11-20T09:00:30Z"
    with LoggingServer([earlier("2026-11-20"), *lowered(ready=ready)]) as server:
        called = fetch(call, server)
        asked = change_queries(server)

    assert "memory 2Gi -> 512Mi" in called.out
    assert len(asked) == earlier_changes.MAX_QUERIES
    assert 'timestamp>="2026-11-20T08:45:30Z"' in asked[-1]


def test_configuration_that_no_entry_holds_is_reported_with_the_time_that_would_reach_it(call: Call) -> None:
    with LoggingServer(lowered(ready="2026-11-20T09:00:30Z")) as server:
        called = fetch(call, server, "-v")

    said = " ".join(called.out.split())
    assert "its previous configuration is unknown" in said
    assert "triage fetch --service kiosk --from 2026-11-20T08:45:30Z fetches its deployment" in said


def test_service_without_failures_and_unknown_changes_needs_no_further_call(call: Call) -> None:
    with LoggingServer([request("10:10:00", 200, trace="a") | {"severity": "INFO"}]) as server:
        fetch(call, server)
        assert change_queries(server) == []


def test_filter_of_the_user_asks_for_nothing_else(call: Call) -> None:
    with LoggingServer([earlier("2027-02-01"), *lowered()]) as server:
        called = fetch(call, server, "--filter", "severity>=ERROR")
        assert change_queries(server) == []
    assert called.status == 0


def test_secrets_databases_and_policies_are_fetched_with_the_changes(call: Call) -> None:
    secret = f"projects/{audit.PROJECT}/secrets/db-password/versions/3"
    method = "google.cloud.secretmanager.v1.SecretManagerService.DestroySecretVersion"
    destroyed = on_day(audit.entry("08:00:00", method, secret, resource="audited_resource"))
    database = audit.entry(
        "08:30:00",
        "cloudsql.instances.restart",
        f"projects/{audit.PROJECT}/instances/orders",
        resource="cloudsql_database",
    )
    backup = audit.entry(
        "08:40:00",
        "cloudsql.instances.automatedBackup",
        f"projects/{audit.PROJECT}/instances/orders",
        log="system_event",
        resource="cloudsql_database",
    )
    policy = audit.entry("08:50:00", "SetIamPolicy", audit.PROJECT, resource="project")
    policy_record = on_day(policy)
    policy_record["protoPayload"]["serviceName"] = "cloudresourcemanager.googleapis.com"
    entries = [destroyed, on_day(database), on_day(backup), policy_record, earlier("2027-02-01"), *lowered()]
    with LoggingServer(entries) as server:
        fetch(call, server)
    found = json.loads(call("diagnose", fetched_lines(), "--format", "json").out)

    methods = [change["method"].rpartition(".")[2] for change in found["changes"]]
    assert methods == [
        "ReplaceService", "DestroySecretVersion", "restart", "SetIamPolicy", "ReplaceService"
    ]  # fmt: skip


def test_failed_calls_before_the_window_are_no_incidents_of_it(call: Call) -> None:
    refused = on_day(
        audit.replace("09:00:00", with_memory("1Gi"), status={"code": 3, "message": "invalid"}), "2027-02-01"
    )
    refused["severity"] = "ERROR"
    with LoggingServer([earlier("2027-01-20"), refused, *lowered()]) as server:
        called = fetch(call, server)

    assert "memory 2Gi -> 512Mi" in called.out
    assert "invalid" not in called.out


def test_dry_run_names_the_further_calls(call: Call) -> None:
    words = ("fetch", "--service", "kiosk", "--project", "demo", *WINDOW, "--dry-run")
    plain, with_callers = call(*words).out, call(*words, "--with-callers").out

    assert "then the changes before the window" in plain
    assert "back to the previous deployment, up to 30 days" in plain
    assert "in at most 20 calls" in plain
    assert "other services" not in plain
    assert (
        "logged of failed requests, by at most 200 traces of each service, in at most 10 calls"
        in with_callers
    )


def balanced(clock: str, trace: str) -> Record:
    """Return a load balancer's entry of a request that failed behind it."""
    return {
        "insertId": f"lb-{trace}",
        "logName": f"projects/{audit.PROJECT}/logs/requests",
        "timestamp": f"2027-02-03T{clock}Z",
        "severity": "WARNING",
        "trace": f"{TRACE}{trace}",
        "resource": {
            "type": "http_load_balancer",
            "labels": {"backend_service_name": "web", "url_map_name": "web", "project_id": audit.PROJECT},
        },
        "httpRequest": {
            "requestMethod": "GET",
            "requestUrl": "https://shop.example/carts",
            "status": 502,
            "latency": "0.3s",
        },
        "jsonPayload": {
            "@type": "type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry",
            "statusDetails": "response_sent_by_backend",
        },
    }


def test_callers_and_load_balancers_are_fetched_by_the_traces_of_failed_requests(call: Call) -> None:
    entries = [
        request("10:20:01", 500, trace="one"),
        request("10:21:01", 500, trace="two"),
        request("10:22:01", 200, trace="three") | {"severity": "INFO"},
        request("10:20:00", 502, trace="one", service="gateway"),
        request("10:21:00", 502, trace="two", service="gateway"),
        request("10:22:00", 200, trace="three", service="gateway"),
        request("10:30:00", 502, trace="other", service="gateway"),
        balanced("10:19:59", "one"),
    ]
    with LoggingServer(entries) as server:
        called = fetch(call, server, "--with-callers")
        asked = [text for text, _, _ in server.requests if "trace=(" in text]

    assert len(asked) == 1
    assert "logged of failed requests: 2 traces, in at most 5 calls" in called.err
    assert "3 of them are of other services and load balancers, by 2 traces of failed requests" in called.err
    found = json.loads(call("diagnose", fetched_lines(), "--format", "json").out)
    [affected] = found["incidents"][0]["affected"]
    assert (found["incidents"][0]["service"], affected) == ("kiosk", {"service": "gateway", "requests": 2})


def test_callers_are_not_fetched_without_the_option(call: Call) -> None:
    entries = [
        request("10:20:01", 500, trace="one"),
        request("10:20:00", 502, trace="one", service="gateway"),
    ]
    with LoggingServer(entries) as server:
        fetch(call, server)
        assert not any("trace=(" in text for text, _, _ in server.requests)


def test_traces_beyond_the_bound_are_counted(call: Call) -> None:
    count = shared_traces.MAX_TRACES + 7
    entries = [request(f"10:{n // 60:02}:{n % 60:02}", 500, trace=f"t{n:04}") for n in range(count)]
    with LoggingServer(entries) as server:
        called = fetch(call, server, "--with-callers")
        asked = [text for text, _, _ in server.requests if "trace=(" in text]

    assert sum(text.count(TRACE) for text in asked) == shared_traces.MAX_TRACES
    assert len(asked) <= shared_traces.MAX_QUERIES
    assert "not all traces of failed requests were followed (7 more failed requests)" in called.err
