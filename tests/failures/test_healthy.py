"""Services that work: no runtime's usual output is an incident, and the verdict is ready."""

import pytest

from tests.failures.entries import Log, diagnose, lines, printed, request, started, system

STARTED: dict[str, list[str]] = {
    "uvicorn": [
        "INFO:     Started server process [1]",
        "INFO:     Waiting for application startup.",
        "INFO:     Application startup complete.",
        "INFO:     Uvicorn running on http://0.0.0.0:8080 (Press CTRL+C to quit)",
        'INFO:     10.9.8.7:51234 - "GET /orders HTTP/1.1" 200 OK',
        'INFO:     10.9.8.7:51234 - "GET /error-report HTTP/1.1" 404 Not Found',
    ],
    "gunicorn": [
        "[2031-04-05 06:00:00 +0000] [1] [INFO] Starting gunicorn 23.0.0",
        "[2031-04-05 06:00:00 +0000] [1] [INFO] Listening at: http://0.0.0.0:8080 (1)",
        "[2031-04-05 06:00:00 +0000] [1] [INFO] Using worker: gthread",
        "[2031-04-05 06:00:00 +0000] [7] [INFO] Booting worker with pid: 7",
        "/usr/lib/python3.13/site-packages/shop/old.py:9: DeprecationWarning: price() is deprecated, use quote()",
    ],
    "node": [
        "> shop@2.1.0 start",
        "> node server.js",
        "(node:1) [DEP0040] DeprecationWarning: The `punycode` module is deprecated. Please use a userland alternative instead.",
        "(Use `node --trace-deprecation ...` to show where the warning was created)",
        "npm warn deprecated left-pad@1.3.0: use String.prototype.padStart()",
        "shop listening on 8080",
    ],
    "pino": [
        '{"level":30,"time":1932350400000,"pid":1,"msg":"server listening"}',
        '{"level":40,"time":1932350401000,"pid":1,"msg":"cache is cold","err":{"type":"Error","message":"miss"}}',
        '{"level":30,"time":1932350402000,"pid":1,"msg":"request failed over to a second region","error":null}',
    ],
    "spring": [
        "  .   ____          _            __ _ _",
        " :: Spring Boot ::                (v3.4.1)",
        "2031-04-05T06:00:00.123Z  INFO 1 --- [           main] org.example.Shop : Starting Shop using Java 21 with PID 1",
        "2031-04-05T06:00:01.123Z  WARN 1 --- [           main] o.s.b.a.o.JpaBaseConfiguration : spring.jpa.open-in-view is enabled by default",
        "2031-04-05T06:00:02.123Z  INFO 1 --- [           main] o.s.b.w.e.tomcat.TomcatWebServer : Tomcat started on port 8080 (http)",
        "2031-04-05T06:00:03.123Z  INFO 1 --- [nio-8080-exec-1] o.e.Retry : attempt 1 failed: java.net.SocketTimeoutException: read timed out, retrying",
        "Picked up JAVA_TOOL_OPTIONS: -XX:MaxRAMPercentage=75",
    ],
    "go": [
        "2031/04/05 06:00:00 listening on :8080",
        '{"level":"info","ts":1932350400.1,"msg":"retrying","error":"context deadline exceeded","attempt":1}',
        "time=2031-04-05T06:00:00Z level=INFO msg=ready errors=0",
        "I0405 06:00:00.123456       1 server.go:10] serving",
    ],
    "ruby": [
        "=> Booting Puma",
        "=> Rails 8.0.1 application starting in production",
        "* Listening on http://0.0.0.0:8080",
        "I, [2031-04-05T06:00:00.123456 #1]  INFO -- : Completed 404 Not Found in 3ms",
    ],
    "dotnet": [
        "info: Microsoft.Hosting.Lifetime[14]",
        "      Now listening on: http://[::]:8080",
        "warn: Microsoft.AspNetCore.DataProtection.Repositories.FileSystemXmlRepository[60]",
        "      Storing keys in a directory '/home/app/keys' that may not be persisted outside of the container.",
    ],
    "php": [
        "[05-Apr-2031 06:00:00] NOTICE: fpm is running, pid 1",
        "[05-Apr-2031 06:00:00] NOTICE: ready to handle connections",
        "2031/04/05 06:00:00 [notice] 1#1: start worker processes",
        '10.9.8.7 - - [05/Apr/2031:06:00:00 +0000] "GET /orders HTTP/1.1" 200 512 "-" "curl/8"',
        "PHP Deprecated:  Optional parameter $a declared before required parameter $b in /srv/shop/a.php on line 9",
    ],
    "apache": [
        "AH00558: apache2: Could not reliably determine the server's fully qualified domain name, using 10.9.8.7. Set the 'ServerName' directive globally to suppress this message",
        "[Sat Apr 05 06:00:00.123456 2031] [mpm_prefork:notice] [pid 1] AH00163: Apache/2.4.62 (Debian) configured -- resuming normal operations",
    ],
    "native": [
        "OpenBLAS WARNING - could not determine the L2 cache size on this system, assuming 256k",
        "[2031-04-05 06:00:00.123][1][info][main] [source/server/server.cc:960] starting main dispatch loop",
    ],
}  # fmt: skip


def served(*said: Log) -> list[Log]:
    """Return an instance that starts, prints something, and answers requests."""
    return [*started(0), *said, *(request(5 + 3 * n, "/orders") for n in range(20))]


def quiet(logs: list[Log]) -> None:
    found = diagnose(logs)
    loud = [incident.title for incident in found.incidents if incident.severity != "P2"]
    assert not loud
    assert found.verdict == "ready"


@pytest.mark.parametrize("runtime", STARTED)
def test_usual_output_of_a_runtime_is_no_incident(runtime: str) -> None:
    quiet(served(*lines(1, "\n".join(STARTED[runtime]), step=0.2)))


def test_caught_exception_of_a_request_that_succeeds_is_no_incident() -> None:
    trace = 'ERROR: could not read the cache\nTraceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: 9'
    quiet(served(*lines(8.02, trace, trace="a1"), *lines(11.02, trace, trace="a2")))


def test_retry_that_recovers_is_no_incident() -> None:
    said = [
        printed(8.01, "WARNING: Redis connection lost, reconnecting", severity="WARNING"),
        printed(8.5, "Redis connection restored", "stdout"),
    ]
    quiet(served(*said))


@pytest.mark.parametrize(
    "said",
    [
        [
            printed(
                3, "WARNING:shop.retry:Retrying shop.price in 1.2 seconds as it raised PriceError: 503 busy."
            )
        ],
        lines(3, "PriceError: the bank did not answer\nRetrying in 1s [Retry 1/5]."),
    ],
)
def test_error_that_is_tried_again_is_no_incident(said: list[Log]) -> None:
    assert diagnose([*started(0), *said, request(9)]).incidents == []


def test_scale_down_is_no_incident() -> None:
    quiet(
        [
            *served(),
            printed(70, "[2031-04-05 06:01:10 +0000] [1] [INFO] Handling signal: term"),
            printed(70.1, "[2031-04-05 06:01:10 +0000] [1] [INFO] Shutting down: Master"),
            system(71, "Container called exit(0)."),
            printed(72, "npm error signal SIGTERM", instance="i2"),
            system(72.5, "Container called exit(143).", "WARNING", instance="i2"),
        ]
    )


def test_rollout_is_no_incident() -> None:
    new = "shop-00008-new"
    quiet(
        [
            *served(),
            *started(66, revision=new, instance="n1"),
            *(request(70 + n, "/orders", revision=new, instance="n1") for n in range(20)),
            system(95, "Container called exit(0)."),
        ]
    )


def test_slow_start_that_passes_is_no_incident() -> None:
    quiet(
        [*served(), *started(30, instance="i2"), *lines(31, "loading tariffs\nstill loading", instance="i2")]
    )


@pytest.mark.parametrize("status", [401, 404, 409, 422, 429])
def test_requests_refused_now_and_then_on_a_path_that_succeeds_are_no_incident(status: int) -> None:
    rows = [*served(), *(request(9 + 6 * n, "/orders", status) for n in range(8))]
    assert diagnose(rows).incidents == []


@pytest.mark.parametrize("level", ["INFO", "WARNING"])
def test_limit_of_the_application_itself_is_no_incident(level: str) -> None:
    rows = [
        row
        for n in range(9)
        for row in (
            request(9 + n / 3, "/orders", 429),
            printed(9.02 + n / 3, {"level": level, "msg": "rate limit exceeded", "key": "k9"}),
        )
    ]
    assert diagnose([*served(), *rows]).incidents == []


def test_scanner_that_asks_again_and_again_is_no_incident() -> None:
    paths = ["/.env", "/wp-login.php", "/a", "/.git/config", "/xmlrpc.php", "/cgi-bin/luci"]
    rows = [*served(), *(request(9 + n, path, 404) for n, path in enumerate(paths * 5))]
    assert diagnose(rows).incidents == []


def test_scanner_is_no_incident() -> None:
    quiet(
        [*served(), *(request(9 + n, path, 404) for n, path in enumerate(["/.env", "/wp-login.php", "/a"]))]
    )
