"""What names a failed start: the exception beside a server's words, or the port on which a server listens."""

import pytest

from tests.failures.entries import (
    PROBE_FAILED,
    Log,
    deployment,
    diagnose,
    lines,
    log,
    printed,
    request,
    started,
    system,
)
from tests.failures.test_incidents import failed_start, only
from triage.models import Diagnosis


def test_long_trace_shows_its_decisive_line_as_evidence() -> None:
    frames = "\n".join(f"\tat example.shop.Tariff.load{n}(Tariff.java:{n})" for n in range(40))
    trace = f"example.shop.StartFailed: no tariffs\n{frames}\nCaused by: example.shop.TariffGone: region 9\n{frames}\n\t... 31 more"
    incident = only(diagnose(failed_start(0, printed(2.9, trace))))
    assert "TariffGone: region 9" in incident.title
    assert "example.shop.TariffGone: region 9" in incident.evidence[0].message


def test_evidence_holds_the_line_as_its_logger_printed_it() -> None:
    line = "[2031-04-05 06:00:02 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:13)"
    found = diagnose([*started(0), request(1, "/orders", 502, latency=2), printed(2, line)])
    assert line in [evidence.message for incident in found.incidents for evidence in incident.evidence]


GUNICORN = "[2031-04-05 06:00:02 +0000] [7] [ERROR] Exception in worker process"
BOOT = [
    printed(1, "[2031-04-05 06:00:01 +0000] [1] [INFO] Starting gunicorn 22.0.0"),
    printed(1.5, "[2031-04-05 06:00:01 +0000] [7] [INFO] Booting worker with pid: 7"),
]
WORKER = [
    printed(2.5, "[2031-04-05 06:00:02 +0000] [1] [ERROR] Worker (pid:7) exited with code 3"),
    printed(2.6, "[2031-04-05 06:00:02 +0000] [1] [ERROR] Shutting down: Master"),
    printed(2.7, "[2031-04-05 06:00:02 +0000] [1] [ERROR] Reason: Worker failed to boot."),
]
TRACE = 'Traceback (most recent call last):\n  File "/app/wsgi.py", line 3, in <module>\n'


@pytest.mark.parametrize(
    ("exception", "named"),
    [
        ("ModuleNotFoundError: No module named 'tariffs'", "tariffs"),
        ("shop.errors.TariffUnset: set TARIFF_REGION", "set TARIFF_REGION"),
    ],
)
def test_worker_that_cannot_boot_is_named_by_its_exception(exception: str, named: str) -> None:
    whole = only(diagnose(failed_start(0, *BOOT, printed(2, f"{GUNICORN}\n{TRACE}{exception}"), *WORKER)))
    parts = only(diagnose(failed_start(0, *BOOT, *lines(2, f"{GUNICORN}\n{TRACE}{exception}"), *WORKER)))
    assert named in whole.title
    assert named in parts.title


def test_traceback_that_is_cut_takes_no_line_of_the_server_for_its_exception() -> None:
    exiting = printed(2.1, "[2031-04-05 06:00:02 +0000] [7] [INFO] Worker exiting (pid: 7)")
    incident = only(diagnose(failed_start(0, *BOOT, printed(2, TRACE.rstrip()), exiting, *WORKER)))
    assert incident.title == "No worker can boot"


def test_exception_goes_before_what_the_application_makes_of_it() -> None:
    guess = printed(2.95, "ERROR: the tariff service is probably down")
    incident = only(
        diagnose(failed_start(0, printed(2.9, "shop.errors.TariffError: set TARIFF_REGION"), guess))
    )
    assert "set TARIFF_REGION" in incident.title


def test_known_cause_without_a_name_quotes_its_line() -> None:
    incident = only(diagnose(failed_start(0, printed(2.9, "Error: connect ECONNREFUSED"))))
    assert "ECONNREFUSED" in incident.title


def test_outer_exception_names_the_host_that_the_inner_one_leaves_out() -> None:
    text = (
        "Unhandled exception. System.Net.Http.HttpRequestException: Name or service not known (tariffs.example:443)\n"
        " ---> System.Net.Sockets.SocketException (0xFFFDFFFF): Name or service not known\n"
        "   at Shop.Tariffs.GetAsync() in /src/Tariffs.cs:line 19"
    )
    assert "tariffs.example" in only(diagnose(failed_start(0, printed(2.9, text)))).title


def listening(line: str, port: int) -> Diagnosis:
    """Return what is said of a server that printed a line, and of a probe that ran out of time."""
    probe = PROBE_FAILED.format("DEADLINE_EXCEEDED").replace("8080", str(port))
    return diagnose([started(0)[0], printed(2, line, "stdout"), system(240, probe, "ERROR")])


@pytest.mark.parametrize(
    ("line", "port", "title"),
    [
        ("Server listening on http://127.0.0.1:8080", 8080, "listens on 127.0.0.1:8080 only"),
        ("Server listening on port 3000", 8080, "listens on port 3000"),
        ("  Network URL: http://10.0.0.4:8501", 8080, "listens on port 8501"),
        ("Tomcat started on port 8081 (http) with context path '/'", 8080, "listens on port 8081"),
        ("Server listening on port 3000", 3000, "startup probe"),
        ("Server listening on 0.0.0.0:8080", 8080, "startup probe"),
        ("[demo:europe-west1:shop] Listening on 127.0.0.1:5432", 8080, "startup probe"),
    ],
)
def test_port_of_the_server_explains_a_probe_of_another_one(line: str, port: int, title: str) -> None:
    assert title in only(listening(line, port)).title


@pytest.mark.parametrize(("times", "named"), [(6, True), (2, False)])
def test_warning_that_a_server_repeats_while_it_does_not_listen_explains_its_probe(
    times: int, *, named: bool
) -> None:
    rows = [
        printed(20 * n, "2031-04-05 06:00:02.1: W shop/a.cc:7] tariffs of region 9 are old")
        for n in range(times)
    ]
    found = diagnose([*rows, system(240, PROBE_FAILED.format("DEADLINE_EXCEEDED"))])
    assert ("tariffs of region 9 are old" in found.incidents[0].title) == named


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (["Waiting for the till at 10.9.8.7:7000..."] * 9, "the till at 10.9.8.7:7000"),
        (["tariffs are read", "till is unavailable - sleeping"], "till is unavailable"),
        (["INFO:     Waiting for application startup."], "Waiting for application startup"),
        (["Waiting for incoming requests"], "ran out of time"),
    ],
)
def test_server_that_waits_for_another_one_explains_its_probe(said: list[str], named: str) -> None:
    rows = [printed(9 + 2 * n, line, "stdout") for n, line in enumerate(said)]
    assert named in only(diagnose([*rows, system(240, PROBE_FAILED.format("DEADLINE_EXCEEDED"))])).title


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('169.254.169.126 - - [05/Apr/2031:06:00:05 +0000] "GET /ready HTTP/1.1" {} 22', "GET /ready"),
        ('INFO:     169.254.169.126:40001 - "GET /ready HTTP/1.1" {} Answer', "GET /ready"),
        ('[GIN] 2031/04/05 - 06:00:05 | {} |   61.2µs | 169.254.169.126 | GET      "/ready"', '"/ready"'),
    ],
)
@pytest.mark.parametrize("probe", ["STARTUP", "LIVENESS"])
def test_status_that_a_probe_was_answered_with_explains_it(probe: str, line: str, named: str) -> None:
    ended = "The instance was not started." if probe == "STARTUP" else "The instance has been shut down."
    failed = f'{probe} HTTP probe failed 3 times consecutively for container "shop-1" on port 8080 path "/ready". {ended}'
    begin = [] if probe == "STARTUP" else started(0)
    for status in (503, 404):
        rows = [printed(5 + n, line.format(status), "stdout") for n in range(3)]
        title = only(diagnose([*begin, *rows, system(9, failed, "ERROR")])).title
        assert named in title
        assert str(status) in title
    rows = [printed(5 + n, line.format(200), "stdout") for n in range(3)]
    assert named not in only(diagnose([*begin, *rows, system(9, failed, "ERROR")])).title


def test_startup_probe_names_the_path_that_it_requested() -> None:
    failed = 'STARTUP HTTP probe failed 3 times consecutively for container "shop-1" on port 8080 path "/ready". The instance was not started.'
    assert "/ready" in only(diagnose([system(9, failed, "ERROR")])).title


@pytest.mark.parametrize(
    "said",
    [
        "2031-04-05 06:00:02 - shop.boot - CRITICAL - region 9 has no tariffs",
        {"event": "region 9 has no tariffs", "level": "critical"},
    ],
)
def test_error_before_the_words_of_a_server_names_the_start_that_failed(said: str | dict[str, str]) -> None:
    rows = [printed(2, "INFO:     Waiting for application startup."), printed(2.5, said)]
    rows += [printed(2.6, "ERROR:    Application startup failed. Exiting.")]
    assert "region 9 has no tariffs" in only(diagnose(failed_start(0, *rows))).title


def test_port_of_a_server_explains_no_exit_and_is_no_error() -> None:
    line = printed(2.9, "Server listening on port 3000", "stdout")
    assert "3000" not in only(diagnose(failed_start(0, line))).title.replace(
        "`Server listening on port 3000`", ""
    )
    assert not diagnose([*started(0), line, request(5)]).incidents


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("=====\n Missing settings:\n    TARIFF_REGION: where to look\n=====\n\n Exiting with error code 1", "TARIFF_REGION"),
        ("ERROR: cannot open /app/tariffs.keystore\nERROR: For more details run the same command with --verbose", "keystore"),
        ("AH00526: Syntax error on line 12 of /etc/apache2/shop.conf:\nInvalid command 'Tariff'", "Invalid command 'Tariff'"),
        ("cat: /secrets/tariff: No such file or directory\n/app/start.sh: line 4: REGION: unbound variable", "REGION"),
        ("06:00:02.021 id=F9x [error] ** (Shop.TariffError) field `regio` does not exist in query:\n    (ecto 3.11.1) lib/ecto/query.ex:15: Ecto.Query.go/6", "regio"),
        ("2031-04-05 06:00:02,122 ERROR [example.shop.tariff.runtime.StartExceptionHandlerOfTariffs] (main) tariff table is locked by another shop", "`tariff table is locked"),
    ],
)  # fmt: skip
def test_last_words_of_a_start_give_its_reason(said: str, named: str) -> None:
    incident = only(diagnose(failed_start(0, *lines(2.9, said, step=0.0001))))
    shown = [incident.title, *(evidence.message for evidence in incident.evidence)]
    assert any(named in text for text in shown)
    assert "Exiting with" not in incident.title
    assert "For more details" not in incident.title


def test_deployment_that_quotes_a_trace_is_named_by_its_exception() -> None:
    audit = {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "serviceName": "cloudfunctions.googleapis.com",
        "methodName": "google.cloud.functions.v1.CloudFunctionsService.UpdateFunction",
        "resourceName": "projects/demo-project/locations/europe-west9/functions/tariff",
        "status": {
            "code": 3,
            "message": "Function failed on loading user code. Detailed stack trace:\n"
            f"{TRACE}ModuleNotFoundError: No module named 'tariffs'",
        },
    }
    entry = log(
        1, "cloudaudit.googleapis.com/activity", kind="cloud_function", service="tariff", instance="",
        protoPayload=audit, severity="ERROR",
    )  # fmt: skip
    assert "tariffs" in only(diagnose([entry])).title


def test_job_whose_image_cannot_be_read_is_not_ready() -> None:
    denied = (
        "Google Cloud Run Service Agent must have permission to read the image, "
        "europe-west9-docker.pkg.dev/demo-images/shop/tariffs:1. Ensure that the provided container image URL is correct."
    )
    found = diagnose([deployment(1, denied, kind="cloud_run_job")])
    assert found.verdict == "not_ready"
    assert "tariffs:1" in only(found).title


def rolled_back(*failed: Log, seconds: float) -> Diagnosis:
    """Return what is said of a revision that failed, and of the older one that served afterwards."""
    old = "shop-00006-old"
    before = [request(n, "/orders", revision=old, instance="old") for n in range(5)]
    after = [request(30 + n * seconds / 10, "/orders", revision=old, instance="old") for n in range(11)]
    return diagnose([*before, *started(10), deployment(12, ready=True), *failed, *after])


CRASH = [
    printed(20, "Error: tariffs of region 9 are lost"),
    system(20.1, "Container called exit(1).", "WARNING"),
]
BROKEN = [request(20 + n, "/orders", 500) for n in range(5)]


@pytest.mark.parametrize("failed", [CRASH, BROKEN], ids=["crash", "requests"])
def test_service_is_ready_after_a_rollback(failed: list[Log]) -> None:
    found = rolled_back(*failed, seconds=120)
    assert found.verdict == "ready"
    assert found.incidents[0].recovered
    assert found.services[0].revision == "shop-00006-old"


def test_older_revision_that_serves_beside_a_failing_one_is_no_rollback() -> None:
    found = rolled_back(*CRASH, seconds=20)
    assert found.verdict == "degraded"
    assert not found.incidents[0].recovered


def test_revision_with_a_small_share_of_the_traffic_is_idle_without_a_rollback() -> None:
    old = "shop-00006-old"
    steady = [request(n * 20, "/orders", revision=old, instance="old") for n in range(51)]
    rare = [request(at, "/orders", 500) for at in (100, 400, 700)]
    found = diagnose([*started(10), *steady, *rare])
    assert (found.verdict, found.incidents[0].recovered) == ("degraded", False)
    assert found.services[0].revision == "shop-00007-abc"


def test_new_revision_without_traffic_does_not_decide() -> None:
    old = "shop-00006-old"
    rows = [
        request(n * 20, "/orders", 500 if n % 5 else 200, revision=old, instance="old") for n in range(20)
    ]
    found = diagnose([*rows, *started(100)])
    assert (found.verdict, found.services[0].revision) == ("degraded", old)
    assert "shop-00007-abc takes no requests" in found.services[0].why
    replaced = diagnose([*rows[:5], *started(100)])
    assert (replaced.verdict, replaced.services[0].revision) == ("ready", "shop-00007-abc")


def refused(seconds: float, why: str) -> Log:
    """Return the audit entry of a deployment that was refused."""
    payload = {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "serviceName": "run.googleapis.com",
        "methodName": "google.cloud.run.v2.Services.UpdateService",
        "resourceName": "projects/demo-project/locations/europe-west9/services/shop",
        "status": {"code": 3, "message": why},
    }
    return log(seconds, "cloudaudit.googleapis.com/activity", protoPayload=payload, severity="ERROR",
               instance="", revision="")  # fmt: skip


def test_refused_deployment_comes_after_what_fails() -> None:
    refusal = refused(5, "Maximum allowed memory is 32Gi.")
    failing = [request(10 + n, "/orders", 500) for n in range(5)]
    shown = [incident.title for incident in diagnose([*started(0), refusal, *failing]).incidents]
    assert "/orders returned 500" in shown[0]
    assert "refused" in shown[1]
    assert "refused" in diagnose([*started(0), refusal, request(10)]).incidents[0].title


def test_failed_deployment_beside_an_instance_without_a_probe_is_degraded() -> None:
    running = system(
        0,
        "Starting new instance. Reason: MIN_INSTANCES - Instance started because of customer-configured min-instances",
    )
    failed = refused(5, "Revision 'shop-00008-new' is not ready: image not found")
    found = diagnose([running, printed(1, "pulled 40 messages"), failed])
    assert (found.verdict, found.services[0].revision) == ("degraded", "shop-00007-abc")


def test_first_of_several_lines_says_where_a_server_listens() -> None:
    said = [
        printed(1, "Running plumber API at http://127.0.0.1:8000"),
        printed(1.01, "Running swagger Docs at http://127.0.0.1:8000/__docs__/"),
    ]
    (incident,) = [
        found
        for found in diagnose(
            [*said, system(240, PROBE_FAILED.format("DEADLINE_EXCEEDED"), "ERROR")]
        ).incidents
        if found.severity == "P0"
    ]
    assert any("plumber" in evidence.message for evidence in incident.evidence)


def test_limit_that_the_platform_measured_goes_before_a_worker_that_was_killed() -> None:
    killed = printed(
        5.6,
        "[2031-04-05 06:00:05 +0000] [1] [ERROR] Worker (pid:31) was sent SIGKILL! Perhaps out of memory?",
    )
    limit = system(6, "Memory limit of 512 MiB exceeded with 530 MiB used.", "ERROR")
    found = diagnose([*started(0), request(3), killed, limit])
    assert "memory limit" in only(found).title
    assert any("SIGKILL" in evidence.message for evidence in only(found).evidence)
    assert "SIGKILL" in only(diagnose([*started(0), request(3), killed])).title


@pytest.mark.parametrize("status", [200, 500])
def test_service_of_which_only_its_deployment_is_known_does_not_give_the_verdict(status: int) -> None:
    payload = {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "serviceName": "run.googleapis.com",
        "methodName": "google.cloud.run.v1.Jobs.ReplaceJob",
        "resourceName": "namespaces/demo-project/jobs/report",
    }
    replaced = log(1, "cloudaudit.googleapis.com/activity", protoPayload=payload, severity="NOTICE",
                   instance="", revision="", service="report", kind="cloud_run_job")  # fmt: skip
    del replaced["labels"]
    found = diagnose([*started(0), *(request(5 + n, status=status) for n in range(9)), replaced])
    assert found.verdict == ("ready" if status == 200 else "degraded")


@pytest.mark.parametrize(("port", "is_another"), [("8080", False), ("3000", True)])
def test_usual_port_is_no_other_one_where_the_deployment_names_none(port: str, *, is_another: bool) -> None:
    failed = deployment(30, "The user-provided container failed the configured startup probe checks.")
    said = printed(20, f"Server listening on port {port}", instance="")
    shown = diagnose([said, failed]).incidents[0].title
    assert ("another port" in shown) is is_another


def test_old_revision_to_which_the_traffic_was_moved_decides() -> None:
    old = "shop-00006-old"
    before = [*started(0), *(request(5 + n, "/orders") for n in range(20))]
    moved = [*started(40, revision=old, instance="old")]
    moved += [request(60 + 30 * n, "/orders", 500, revision=old, instance="old") for n in range(5)]
    moved += [request(65 + 30 * n, "/up", revision=old, instance="old") for n in range(5)]
    found = diagnose([*before, *moved])
    assert (found.verdict, found.services[0].revision) == ("degraded", old)
    drained = [request(15, "/orders", 500, revision=old, instance="old")]
    assert diagnose([*before, *drained]).services[0].revision == "shop-00007-abc"


def test_error_at_the_beginning_of_a_long_start_explains_its_probe() -> None:
    waiting = [printed(12 + 5 * n, f"waiting for the tariffs ({n})", "stdout") for n in range(40)]
    probe = system(241, PROBE_FAILED.format("DEADLINE_EXCEEDED"), "ERROR")
    error = printed(
        6, 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nTariffGone: region 9'
    )
    assert "region 9" in only(diagnose([error, *waiting, probe])).title
    late = printed(236, "ERROR: the store of region 8 is locked")
    assert "region 8" in only(diagnose([error, *waiting, late, probe])).title


def test_list_that_a_shell_takes_for_a_command_is_named() -> None:
    found = only(diagnose(failed_start(0, printed(2.9, "/bin/sh: 1: [shop,: not found"))))
    assert found.cause == "command-list"


def test_error_of_a_server_goes_before_its_own_check_that_fails_for_it() -> None:
    checked = "ValueError: When localhost is not accessible, a shareable link must be created. Please set share=True"
    trace = 'Traceback (most recent call last):\n  File "/app/a.py", line 1, in f\n'
    error = printed(1, f"{trace}TypeError: argument of type 'tariff' is not iterable")
    assert "tariff" in only(diagnose(failed_start(0, error, printed(2.9, trace + checked)))).title
    assert "localhost" in only(diagnose(failed_start(0, printed(2.9, trace + checked)))).title
