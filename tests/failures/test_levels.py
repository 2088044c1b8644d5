"""A line's own words tell its level, in the form of any common logger."""

import pytest

from triage.failures.levels import read_level

INFO, NOTICE, WARNING, ERROR, CRITICAL = 200, 300, 400, 500, 600


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("ERROR: relation does not exist", ERROR),
        ("ERROR - could not load the price list", ERROR),
        ("WARNING: the cache is cold", WARNING),
        ("INFO:     Application startup complete.", INFO),
        ("ERROR    root:main.py:12 order lost", ERROR),
        ("[error] 7#7: *3 connect() failed", ERROR),
        ("2031/04/05 06:07:08 [error] 7#7: *3 connect() failed", ERROR),
        ("2031/04/05 06:07:08 [emerg] 1#1: bind() failed", CRITICAL),
        ("[Sat Apr 05 06:07:08.123456 2031] [proxy_fcgi:error] [pid 9] AH01071: Got error", ERROR),
        ("[Sat Apr 05 06:07:08.123456 2031] [mpm_prefork:notice] [pid 9] AH00163: configured", NOTICE),
        ("[2031-04-05 06:07:08 +0000] [1] [INFO] Listening at: http://0.0.0.0:8080 (1)", INFO),
        ("[2031-04-05 06:07:08 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)", CRITICAL),
        ("[2031-04-05 06:07:08.123][1][critical][main] [source/server.cc:111] error initializing", CRITICAL),
        ("2031-04-05 06:07:08,123 ERROR [main] com.example.Shop - order lost", ERROR),
        ("2031-04-05T06:07:08.123Z  WARN 1 --- [main] c.e.Shop : slow", WARNING),
        ("06:07:08.123 [main] ERROR com.example.Shop - order lost", ERROR),
        ("06:07:08.123 | ERROR   | shop.orders - order lost", ERROR),
        ("[2031-04-05 06:07:08] production.ERROR: Undefined array key", ERROR),
        ("time=2031-04-05T06:07:08Z level=error msg=lost", ERROR),
        ('time="2031-04-05T06:07:08Z" level=warning msg="slow"', WARNING),
        ("level=fatal msg=lost", CRITICAL),
        ("E0405 06:07:08.123456       1 server.go:10] lost", ERROR),
        ("W0405 06:07:08.123456       1 server.go:10] slow", WARNING),
        ("I0405 06:07:08.123456       1 server.go:10] ready", INFO),
        ("F0405 06:07:08.123456       1 server.go:10] gave up", CRITICAL),
        ("E, [2031-04-05T06:07:08.123456 #1] ERROR -- : order lost", ERROR),
        ("F, [2031-04-05T06:07:08.123456 #1] FATAL -- : order lost", CRITICAL),
        ("fail: Shop.Orders[0]", ERROR),
        ("crit: Microsoft.AspNetCore.Server.Kestrel[0]", CRITICAL),
        ("info: Microsoft.Hosting.Lifetime[14]", INFO),
        ("npm error code ELIFECYCLE", ERROR),
        ("npm ERR! code ELIFECYCLE", ERROR),
        ("npm warn deprecated left-pad", WARNING),
        ('{"level":50,"time":1,"msg":"lost"}', ERROR),
        ('{"level":60,"msg":"lost"}', CRITICAL),
        ('{"level":30,"msg":"ready"}', INFO),
        ('{"name":"shop","hostname":"h","pid":1,"level":50,"msg":"lost"}', ERROR),
        ('{"level":"error","ts":1.5,"msg":"lost"}', ERROR),
        ('{"level":"fatal","time":"x","message":"lost"}', CRITICAL),
        ('{"event":"lost","level":"critical"}', CRITICAL),
        ('{"@t":"2031-04-05T06:07:08Z","@mt":"lost","@l":"Error"}', ERROR),
        ('{"@t":"2031-04-05T06:07:08Z","@mt":"lost","@l":"Fatal"}', CRITICAL),
        ('{"severity":"ERROR","message":"lost"}', ERROR),
        ('{"levelname":"ERROR","message":"lost"}', ERROR),
        ('{"log.level":"error","message":"lost"}', ERROR),
        ("ERRO[0000] order lost", ERROR),
        ("FATA[0012] order lost", CRITICAL),
        ("INFO[0000] no order was lost", INFO),
        ("FATA[2031-04-05T06:07:08Z] order lost", CRITICAL),
        ("6:07AM FTL order lost", CRITICAL),
        ("2031-04-05T06:07:08Z INF no order was lost", INFO),
        ("[06:07:08 FTL] order lost", CRITICAL),
        ("[06:07:08 INF] no order was lost", INFO),
        ("[2031-04-05T06:07:08Z ERROR shop::orders] order lost", ERROR),
        ("[2031-04-05 06:07:08,123] ERROR order lost (shop.Orders)", ERROR),
        ("[2031-04-05 06:07:08,123] INFO no error so far (shop.Orders)", INFO),
        ("[shop] ERROR order lost", ERROR),
        ("[shop] error pages are served from /errors", 0),
        ("2031-04-05 06:07:08,123 - shop.orders - ERROR - order lost", ERROR),
        ("2031-04-05 06:07:08,123 - shop - INFO - no order was lost", INFO),
        ("05-Apr-2031 06:07:08.123 SEVERE [main] org.apache.catalina.core.StandardContext lost", ERROR),
        ("ERROR order lost", ERROR),
        ("CRITICAL:root:order lost", CRITICAL),
        ("INFO:shop.orders:no order was lost", INFO),
        ("error pages are served from /errors", 0),
        ("2031-04-05 06:07:08 [error    ] order lost   region=7", ERROR),
        ("[C 2031-04-05 06:07:08.123 ServerApp] runs as root", CRITICAL),
        ("[W 310405 06:07:08 web:7] 404 GET /cart", WARNING),
        ("[I 2031-04-05 06:07:08.123 ServerApp] no error so far", INFO),
        ("[ E 2031-04-05 06:07:08.1234 11/T8 age/Cor/App.cpp:218 ]: order lost", ERROR),
        ("2031-04-05 06:07:08.123456: W tensorflow_serving/a.cc:7] no versions of tariffs", WARNING),
        ("Shop/configure.swift:7: Fatal error: no region", CRITICAL),
        ("panic: runtime error: index out of range [3] with length 3", CRITICAL),
        ("fatal error: all goroutines are asleep - deadlock!", CRITICAL),
        ("FATAL ERROR: Reached heap limit Allocation failed", CRITICAL),
        ("PHP Fatal error:  Uncaught TypeError: bad", CRITICAL),
        ("Unhandled exception. System.Exception: lost", CRITICAL),
        ("Unhandled exception:", CRITICAL),
        ("Uncaught TypeError: x is not a function", CRITICAL),
        ('Exception in thread "main" java.lang.Error: lost', CRITICAL),
        ("Traceback (most recent call last):", CRITICAL),
        ("APPLICATION FAILED TO START", CRITICAL),
        ("thread 'main' panicked at src/main.rs:4:5:", CRITICAL),
        ("** (Mix) The database does not exist", CRITICAL),
        ("terminate called after throwing an instance of 'std::bad_alloc'", CRITICAL),
        ("Segmentation fault (core dumped)", CRITICAL),
        ("06:07:08.123 [error] Postgrex.Protocol failed to connect", ERROR),
        ("[Nest] 1  - 04/05/2031, 6:07:08 AM   ERROR [ExceptionHandler] lost", ERROR),
        ("ts=2031-04-05T06:07:08Z caller=main.go:9 level=error err=lost", ERROR),
        ("2031-04-05T06:07:08.123456Z ERROR shop::orders: lost", ERROR),
        ("2031-04-05 06:07:08.123 UTC [7] FATAL:  password authentication failed", CRITICAL),
        ("/srv/lib/tariffs/load.py:9: TariffVersionWarning: the file is of 2.1", WARNING),
    ],
)
def test_level_is_read_from_the_first_line(line: str, level: int) -> None:
    assert read_level(line) == level


@pytest.mark.parametrize(
    "line",
    [
        "listening on 0.0.0.0:8080",
        "Error handling is enabled",
        "loaded 3 error pages",
        "errors=0 retries=0",
        "The information page was rendered",
        "Fatalities: none",
        '{"message":"level of the lake"}',
        "",
        "    at main (/srv/app.js:1:1)",
    ],
)
def test_words_that_name_no_level_give_none(line: str) -> None:
    assert read_level(line) == 0


def test_only_the_first_line_counts() -> None:
    assert read_level("order received\nERROR: lost") == 0


def test_harmless_first_line_does_not_speak_for_the_others_of_an_entry() -> None:
    assert read_level("INFO:     shop starts\nERROR:    no store\nINFO:     shop ends") == ERROR
    assert (
        read_level("[I 2031-04-05 06:07:08.123 Shop] starts\n[C 2031-04-05 06:07:08.124 Shop] runs as root")
        == CRITICAL
    )
    assert read_level("info: Shop.Orders[7]\n      ERROR pages are served") == INFO
    assert read_level("the order is lost\nERROR: no store") == 0
    assert read_level("DEBUG shop: last failure was\nTraceback (most recent call last):\nKeyError: 7") == 100
