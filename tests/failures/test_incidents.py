"""What the tool says of the failures of a service that no pack knows."""

import re

import pytest

from tests.failures import traces as texts
from tests.failures.entries import (
    NO_INSTANCE,
    PROBE_FAILED,
    UNAVAILABLE,
    Log,
    deployment,
    diagnose,
    export,
    lines,
    log,
    packs,
    printed,
    request,
    started,
    system,
)
from triage.entries import decode
from triage.models import Coverage, Diagnosis, Entry, Incident, Record, Source
from triage.pipeline.analyzer import Analyzer

EXIT = "Container called exit(1)."
LOST = "Error: tariffs of region 9 are lost"


def failed_start(at: float, *said: Log, instance: str = "i1", **fields: str) -> list[Log]:
    """Return a start that ends with status 1 and a probe that fails because of it."""
    return [
        system(at, "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic.", instance=instance, **fields),
        *said,
        system(at + 3, EXIT, "WARNING", instance=instance, **fields),
        system(at + 3.05, PROBE_FAILED.format("CANCELLED"), "ERROR", instance=instance, **fields),
    ]  # fmt: skip


def only(found: Diagnosis) -> Incident:
    grave = [incident for incident in found.incidents if incident.severity != "P2"]
    assert len(grave) == 1, [incident.title for incident in found.incidents]
    return grave[0]


def test_exit_is_named_by_the_error_before_it() -> None:
    found = diagnose(failed_start(0, printed(2.9, LOST)))
    incident = only(found)
    assert LOST in incident.title
    assert (incident.severity, incident.count, found.verdict) == ("P0", 1, "not_ready")
    assert any(LOST in evidence.message for evidence in incident.evidence)


def test_exit_and_probe_are_one_failure_in_either_order() -> None:
    rows = failed_start(0, printed(2.9, LOST))
    other = [
        *rows[:-2],
        system(3, PROBE_FAILED.format("CANCELLED"), "ERROR"),
        system(3.05, EXIT, "WARNING"),
    ]
    assert only(diagnose(rows)).title == only(diagnose(other)).title
    assert only(diagnose(other)).count == 1


@pytest.mark.parametrize(
    "name", ["PYTHON_CHAIN", "NODE_CAUSE", "JAVA_CHAIN", "GO_PANIC", "DOTNET", "RUBY", "PHP", "RUST"]
)
def test_trace_in_one_entry_and_line_by_line_give_the_same_title(name: str) -> None:
    text = getattr(texts, name)
    whole = only(diagnose(failed_start(0, printed(2.9, text))))
    parts = only(diagnose(failed_start(0, *lines(2.9, text))))
    assert whole.title == parts.title
    assert len(whole.title) <= 160


def test_orderly_stop_is_no_failure() -> None:
    stop = [printed(9, "Handling signal: term"), system(9.5, "Container called exit(143).", "WARNING")]
    found = diagnose([*started(0), request(5), *stop])
    assert not found.incidents
    assert found.verdict == "ready"


def test_orderly_stop_that_cuts_requests_is_one() -> None:
    cut = request(8, "/orders", 503, latency=1.6, text=UNAVAILABLE)
    found = diagnose(
        [*started(0), request(5), cut, system(9.5, "Container called exit(143).", "WARNING")] * 1
    )
    assert [incident.count for incident in found.incidents] == [1]


def test_requests_that_fail_with_their_instance_are_its_consequence() -> None:
    cut = [request(5 + n / 10, "/orders", 503, latency=1, text=UNAVAILABLE) for n in range(3)]
    found = diagnose(
        [*started(0), request(4), *cut, printed(5.9, "panic: tariff is nil"), system(6, EXIT, "WARNING")]
    )
    incident = only(found)
    assert "tariff is nil" in incident.title
    assert incident.symptoms == ["3 failed requests"]
    assert found.verdict == "degraded"


def test_failed_deployment_is_a_consequence_of_the_failed_start() -> None:
    audit = deployment(
        9,
        "The user-provided container failed to start and listen on the port defined provided by the PORT=8080 environment variable within the allocated timeout.",
    )
    incident = only(diagnose([*failed_start(0, printed(2.9, LOST)), audit]))
    assert LOST in incident.title
    assert any("deployment" in symptom for symptom in incident.symptoms)


def test_one_failed_start_of_twenty_is_not_grave() -> None:
    good = [row for n in range(19) for row in started(n, instance=f"g{n}")]
    traffic = [request(30 + n, instance=f"g{n}") for n in range(19)]
    found = diagnose([*failed_start(25, printed(27.9, LOST)), *good, *traffic])
    (incident,) = found.incidents
    assert incident.share is not None
    assert (incident.share.failed, incident.share.total, incident.share.of) == (1, 20, "instances")
    assert incident.severity == "P2"
    assert found.verdict in ("ready", "degraded")


def test_share_of_requests_decides_the_severity() -> None:
    good = [request(n / 100, "/orders", trace=f"{n:x}") for n in range(1300)]
    bad = [
        row
        for n in range(2)
        for row in (
            request(14 + n, "/orders", 500, trace=f"ff{n}"),
            printed(14.05 + n, LOST, trace=f"projects/demo-project/traces/ff{n}"[-3:]),
        )
    ]
    found = diagnose([*started(-5), *good, *bad])
    (incident,) = found.incidents
    assert incident.share is not None
    assert (incident.share.failed, incident.share.total, incident.severity) == (2, 1302, "P2")
    assert incident.confidence == "high"
    assert LOST in incident.title


def test_half_of_the_requests_is_grave_and_all_of_them_the_gravest() -> None:
    bad = [request(10 + n, "/orders", 500) for n in range(6)]
    good = [request(20 + n, "/orders") for n in range(6)]
    assert only(diagnose([*started(0), *bad, *good])).severity == "P1"
    assert only(diagnose([*started(0), *bad])).severity == "P0"


def test_two_causes_on_one_route_are_two_incidents() -> None:
    rows = started(0)
    for n in range(6):
        text = "TypeError: tariff is undefined" if n % 2 else "RangeError: region 9 is out of range"
        rows += [
            request(10 + n, "/orders", 500, trace=f"a{n}"),
            printed(10.05 + n, text, trace=f"a{n}"),
            request(30 + n),
        ]
    titles = [incident.title for incident in diagnose(rows).incidents]
    assert len(titles) == 2
    assert {"tariff is undefined" in title for title in titles} == {True, False}


def test_statement_that_is_said_as_often_without_failure_is_noise() -> None:
    rows = [*started(0)]
    for n in range(40):
        status = 500 if n % 10 == 0 else 200
        rows += [request(10 + 3 * n, "/orders", status), printed(10.05 + 3 * n, "ERROR: the cache is cold")]
    assert not [i for i in diagnose(rows).incidents if i.confidence == "high"]


def test_noise_beside_the_reason_does_not_hide_it() -> None:
    rows = [*started(0)]
    for n in range(40):
        at, failed = 10 + 3 * n, n in (9, 17, 30)
        rows += [request(at, "/orders", 500 if failed else 200, trace=f"t{n}")]
        rows += [printed(at + 0.02, "ERROR: the traces cannot be sent", trace=f"t{n}")]
        rows += [printed(at + 0.03, "cannot price order 9", stream="stdout", trace=f"t{n}")] if failed else []
    incident = only(diagnose(rows))
    assert "cannot price order 9" in incident.title
    assert incident.confidence == "high"
    assert incident.count == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("F0405 06:00:01.539433       9 main.go:95] fail to open the tariffs", "`fail to open the tariffs`"),
        ("2031-04-05 06:00:01.101: E shop/tariffs/store.cc:362] fail to open the tariffs", "`fail to open the tariffs`"),
        ('time="2031-04-05T06:00:01Z" level=fatal msg="cannot start" error="no \\"tariffs\\" for region 9"', '`cannot start: no "tariffs" for region 9`'),
        (f"org.example.shop.tariffs.TariffException: {'no ' * 30}tariff", "`TariffException: no no"),
    ],
)  # fmt: skip
def test_title_quotes_what_the_line_says_without_its_prefix(text: str, said: str) -> None:
    assert said in only(diagnose(failed_start(0, printed(2, text)))).title


def test_rule_knows_a_message_that_another_program_quotes() -> None:
    text = 'Error: Store(StoreError { message: "password authentication failed for user \\"shop\\"" })'
    assert only(diagnose(failed_start(0, printed(2, text)))).cause == "pg-login"


def test_rule_for_the_decisive_line_goes_before_an_error_in_the_code() -> None:
    text = (
        "java.lang.RuntimeException: Failed to start\n\tat org.example.Shop.start(Shop.java:9)\n"
        "Caused by: java.util.NoSuchElementException: SRCFG00014: The config property shop.key is required but it could not "
        "be found in any config source\n\tat org.example.Config.read(Config.java:7)"
    )
    assert only(diagnose(failed_start(0, printed(2, text)))).cause == "java-property-missing"


def test_retry_that_no_failure_follows_is_no_incident() -> None:
    said = [printed(6 + n, "WARNING: retrying after ConnectionResetError, attempt 1 of 3") for n in range(3)]
    assert diagnose([*started(0), *(request(n) for n in range(5, 9)), *said]).incidents == []


def test_error_that_no_failure_follows_changes_no_verdict() -> None:
    found = diagnose([*started(0), *(request(n) for n in range(5, 9)), printed(6.5, LOST, severity="ERROR")])
    assert found.verdict == "ready"
    assert {incident.severity for incident in found.incidents} <= {"P2"}


def test_no_instance_is_no_fault_of_what_an_instance_said() -> None:
    rows = [*started(0), *(request(4 + n / 10) for n in range(10)), printed(4.05, "could not open the cache")]
    rows += [
        request(5 + n / 10, status=429, latency=0, text=NO_INSTANCE, instance="", revision="")
        for n in range(5)
    ]
    incident = only(diagnose(rows))
    assert incident.cause == "no-available-instance"
    assert not any("cache" in evidence.message for evidence in incident.evidence)


def test_silence_of_an_instance_is_measured() -> None:
    said = " ".join(only(diagnose(failed_start(0))).because)
    assert re.search(r"Instance \.\.\.\w+ printed nothing between [\d: -]{19} and [\d: -]{19} UTC", said)


def test_silence_between_equal_times_is_no_reason() -> None:
    rows = [
        system(0.1, "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic."),
        system(0.4, EXIT, "WARNING"),
    ]
    assert "printed nothing" not in " ".join(only(diagnose(rows)).because)


def test_access_log_is_output_of_an_instance() -> None:
    access = '10.0.0.1 - - [05/Apr/2031] "GET / HTTP/1.1" 200 12'
    said = " ".join(only(diagnose([*failed_start(0), printed(0.5, access)])).because)
    assert "printed nothing" not in said


def test_last_lines_are_quoted_where_none_complains() -> None:
    said = " ".join(only(diagnose(failed_start(0, printed(2.5, "opening region 9", "stdout")))).because)
    assert "`opening region 9`" in said


def test_platform_text_outside_the_request_log_is_no_statement() -> None:
    text = "Memory limit of 256 MB exceeded with 271 MB used. Consider increasing the memory limit."
    entry = printed(2, text, severity="ERROR")
    entry["logName"] = "projects/demo-project/logs/cloudfunctions.googleapis.com%2Fcloud-functions"
    entry["resource"] = {
        "type": "cloud_function",
        "labels": {"function_name": "shop", "project_id": "demo-project"},
    }
    assert "The application printed" not in " ".join(
        reason for incident in diagnose([entry]).incidents for reason in incident.because
    )


# Verdicts ------------------------------------------------------------------------------------------------------------


def test_failed_rollout_beside_a_revision_that_serves_is_degraded() -> None:
    old, new = "shop-00001-old", "shop-00002-new"
    rows = [
        *started(0, revision=old, instance="o1"),
        *(request(n, revision=old, instance="o1") for n in range(5, 60, 5)),
    ]
    rows += failed_start(20, printed(22.9, LOST, revision=new, instance="n1"), instance="n1", revision=new)
    found = diagnose(rows)
    assert found.verdict == "degraded"
    assert LOST in found.incidents[0].title
    assert found.services[0].revisions[old] == "ready"


def test_rollback_recovers() -> None:
    old, new = "shop-00001-old", "shop-00002-new"
    rows = [*started(0, revision=old, instance="o1"), request(5, revision=old, instance="o1")]
    rows += failed_start(20, printed(22.9, LOST, revision=new, instance="n1"), instance="n1", revision=new)
    rows += [*started(60, revision=old, instance="o2"), request(70, revision=old, instance="o2")]
    found = diagnose(rows)
    assert found.verdict in ("degraded", "ready")
    assert found.services[0].revisions[old] == "ready"


def test_five_failed_and_one_ready_instance_are_degraded_in_any_order() -> None:
    for at in (0.0, 100.0):
        bad = [
            row
            for n in range(5)
            for row in failed_start(20 + n, printed(22.9 + n, LOST, instance=f"b{n}"), instance=f"b{n}")
        ]
        found = diagnose([*bad, *started(at, instance="g1")])
        assert (found.verdict, found.incidents[0].count) == ("degraded", 5)
        assert "1 of 6" in found.services[0].why


def test_instance_that_starts_and_ends_at_once_does_not_serve() -> None:
    rows = [*started(0), printed(2.9, LOST), system(3, EXIT, "WARNING")]
    assert diagnose(rows).verdict == "not_ready"


def test_later_success_recovers_an_incident() -> None:
    rows = [*failed_start(0, printed(2.9, LOST)), *started(20, instance="i2"), request(30, instance="i2")]
    assert [incident.recovered for incident in diagnose(rows).incidents] == [True]


def test_requests_that_fail_now_and_then_recover_after_several_intervals_without_a_failure() -> None:
    rows = [request(n, status=500 if n % 2 else 200) for n in range(21)]
    assert [incident.recovered for incident in diagnose(rows).incidents] == [False]
    later = [request(21 + n) for n in range(8)]
    assert [incident.recovered for incident in diagnose([*rows, *later]).incidents] == [True]


def job(*rows: Log) -> str:
    return diagnose(rows).verdict


def test_job_is_judged_by_its_newest_execution() -> None:
    place = {"kind": "cloud_run_job", "service": "shop-bill", "revision": "shop-bill-x1"}
    failed = [printed(2.9, LOST, **place), system(3, EXIT, "WARNING", **place)]
    assert job(*failed) == "not_ready"


def test_severity_and_order_do_not_depend_on_how_many_instances_are_named() -> None:
    bad = [
        row
        for n in range(26)
        for row in failed_start(20 + n, printed(22.9 + n, LOST, instance=f"b{n}"), instance=f"b{n}")
    ]
    incident = only(diagnose(bad))
    assert incident.count == 26
    assert len(incident.evidence) < 26


def test_silence_is_not_claimed_where_output_was_not_read() -> None:
    analyzer = Analyzer(packs())
    for number, line in enumerate(export(failed_start(0)), 1):
        entry = decode(Record(line.encode(), Source("shop.json", number)))
        assert isinstance(entry, Entry)
        analyzer.observe([entry])
    found = analyzer.build(lambda _matched: Coverage(records=3, entries=3)).diagnosis
    assert "printed nothing" not in " ".join(only(found).because)
    assert "around 1 failure only errors and known lines were read, not all that was printed" in found.limits


def function_log(at: float, text: str, severity: str = "DEBUG") -> Log:
    return log(
        at, "cloudfunctions.googleapis.com/cloud-functions", kind="cloud_function", service="tariff",
        instance="", textPayload=text, severity=severity,
    )  # fmt: skip


@pytest.mark.parametrize(
    "ended",
    [
        "Function execution took 813 ms, finished with status: 'crash'",
        "Function execution took 813 ms. Finished with status: error",
    ],
)
def test_execution_of_a_function_is_named_by_what_it_printed(ended: str) -> None:
    found = diagnose([function_log(0.2, LOST, "ERROR"), function_log(0.813, ended)])
    incident = only(found)
    assert incident.title == f"An execution of the function failed after `{LOST}`"
    assert found.verdict == "degraded"


def test_missing_telemetry_agent_explains_no_end_of_a_container_and_is_no_incident() -> None:
    noise = printed(4, "TRACER DIAGNOSTIC - Agent Error: connect ECONNREFUSED 127.0.0.1:8126")
    failed = [
        printed(4.1, "no tariff is configured: error 7"),
        system(5, "Container called exit(1).", "WARNING"),
    ]
    assert "no tariff is configured" in only(diagnose([noise, *failed])).title
    assert diagnose([*started(0), request(3), noise, request(5)]).incidents == []


def test_connection_that_failed_goes_before_the_status_that_a_client_makes_of_it() -> None:
    said = "agent call failed: HTTP Error 503: All connection attempts failed"
    rows = [
        *started(0),
        *(request(5 + n, status=500) for n in range(3)),
        *(printed(5.05 + n, said) for n in range(3)),
    ]
    assert only(diagnose(rows)).cause == "network-refused"
