"""The line of a statement that says what went wrong, for each runtime."""

from time import perf_counter

import pytest

from tests.failures.traces import (
    AXIOS,
    DART,
    DOTNET,
    DOTNET_ANSWER,
    DOTNET_BLOCK,
    DOTNET_NAMES,
    DOTNET_PLAIN,
    DOTNET_TWO_LINES,
    ELIXIR,
    ENVOY,
    GO_FATAL,
    GO_NATIVE,
    GO_PANIC,
    GO_REPANIC,
    GO_SEGV,
    JAVA_ANSWER,
    JAVA_CHAIN,
    JAVA_LIST,
    JAVA_SUPPRESSED,
    JAVA_SUPPRESSED_CAUSE,
    KOTLIN,
    NGINX,
    NODE_AGGREGATE,
    NODE_CAUSE,
    NODE_EMPTY_MESSAGE,
    NODE_INSPECTED,
    NODE_MODULE,
    NODE_REJECTION,
    NODE_UNCAUGHT,
    PHP,
    PINO_CAUSE,
    PYTHON_ANSWER,
    PYTHON_CHAIN,
    PYTHON_CUSTOM,
    PYTHON_GROUP,
    RUBY,
    RUBY_CAUSED_BY,
    RUBY_NEW,
    RUST,
    RUST_CAUSES,
    RUST_OLD,
    RUST_ONE_CAUSE,
    SHELL,
    SPRING,
    ZIG_PANIC,
)
from triage.failures.decisive import complains, find_decisive_line
from triage.failures.frames import is_frame


def test_function_of_a_frame_is_no_exception() -> None:
    found = find_decisive_line("tariff 9 cannot be read\n    at Reader._toError (/app/reader.js:7:1)")
    assert found == ("tariff 9 cannot be read", False)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PYTHON_CHAIN, "shop.cache.LookupFailed: no tariff for region 9"),
        (PYTHON_GROUP, "ConnectionError: pool is closed"),
        (NODE_INSPECTED, "Error: ER_DATA_TOO_LONG: Data too long for column 'name' at row 1"),
        (DOTNET_ANSWER, "The bucket does not exist. [404]"),
        (DOTNET_NAMES, "The bucket does not exist. [404]"),
        (
            PYTHON_ANSWER,
            'shop.api.Forbidden: 403 POST https://a.example/b/media/o: … The account lacks "create" on bucket media',
        ),
        (
            JAVA_ANSWER,
            "shop.api.client.ResponseException: 403 Forbidden … The account lacks create on bucket media",
        ),
        (
            'shop.ForbiddenError: 403 Forbidden\n{ "message" : "Forbidden" }',
            "shop.ForbiddenError: 403 Forbidden",
        ),
        (PYTHON_CUSTOM, "shop.pricing.TariffGone"),
        (NODE_UNCAUGHT, "Error: no tariff"),
        (
            AXIOS,
            "AxiosError: Request failed with status code 401 … The token was revoked … https://api.example.com/v1/prices",
        ),
        (
            AXIOS.replace("{ error: 'invalid_client', message: 'The token was revoked' }", "[Object]"),
            "AxiosError: Request failed with status code 401 … https://api.example.com/v1/prices",
        ),
        (
            AXIOS.replace("  response: {", "  other: {").replace("https:", "ftp:"),
            "AxiosError: Request failed with status code 401",
        ),
        (PINO_CAUSE, "HeadersOverflowError: Headers Overflow Error"),
        (NODE_CAUSE, "Error: connect ECONNREFUSED 10.9.8.7:6543"),
        (NODE_MODULE, "Error: Cannot find module 'left-padding'"),
        (NODE_AGGREGATE, "Error: connect ECONNREFUSED ::1:6543"),
        (JAVA_CHAIN, "java.net.UnknownHostException: tariffs.internal.example"),
        (JAVA_SUPPRESSED, "org.example.TariffException: no tariff"),
        (JAVA_SUPPRESSED_CAUSE, "java.lang.IllegalStateException: region 9 is unknown"),
        (
            KOTLIN,
            "kotlin.UninitializedPropertyAccessException: lateinit property tariff has not been initialized",
        ),
        (
            SPRING,
            (
                "Parameter 0 of constructor in org.example.Shop required a bean of type 'org.example.Tariffs' "
                "that could not be found."
            ),
        ),
        (NODE_EMPTY_MESSAGE, "The table `public.Tariff` does not exist in the current database."),
        (JAVA_LIST, "The property shop.tariffs is required but it could not be found"),
        (RUST_CAUSES, "missing field `region`"),
        (RUST_ONE_CAUSE, "missing field `region`"),
        (RUBY_CAUSED_BY, "OpenSSL::Cipher::CipherError: bad decrypt (OpenSSL::Cipher::CipherError)"),
        (ZIG_PANIC, "panic(main thread): Segmentation fault at address 0x98"),
        (GO_PANIC, "panic: tariff is nil"),
        (GO_REPANIC, "panic: no tariff for region 9"),
        (GO_SEGV, "panic: runtime error: invalid memory address or nil pointer dereference"),
        (GO_FATAL, "fatal error: all goroutines are asleep - deadlock!"),
        (GO_NATIVE, "SIGSEGV: segmentation violation"),
        (RUBY, "no tariff for region 9 (Shop::TariffGone)"),
        (RUBY_NEW, "no tariff for region 9 (Shop::TariffGone)"),
        (DOTNET, "System.Net.Sockets.SocketException (111): Connection refused"),
        (DOTNET_PLAIN, "System.InvalidOperationException: Your default tariff was not found."),
        (DOTNET_BLOCK, "Shop.Tariffs.TariffException: no tariff for region 9"),
        (DOTNET_TWO_LINES, "The tariff store is not configured"),
        (PHP, "PHP Fatal error:  Uncaught Shop\\TariffGone: no tariff for region 9 in /srv/shop/price.php:9"),
        (DART, "Bad state: no tariff for region 9"),
        (RUST, "no tariff for region 9"),
        (RUST_OLD, "thread 'main' panicked at 'no tariff for region 9', src/main.rs:9:5"),
        (
            ELIXIR,
            (
                "** (Mix) Could not start application shop: Shop.Application.start(:normal, []) returned an "
                "error: shutdown"
            ),
        ),
    ],
)
def test_runtime_error_gives_its_deepest_cause(text: str, line: str) -> None:
    found = find_decisive_line(text)
    assert found.text == line
    assert found.is_exception


@pytest.mark.parametrize("below", ["{}", '{\n  "code": 403\n}', 'at f (a.js:1)\n{"message": "x"}'])
def test_line_before_an_object_without_a_message_decides_by_itself(below: str) -> None:
    assert find_decisive_line(f"shop.api.ForbiddenError: 403 Forbidden\n{below}").text == (
        "shop.api.ForbiddenError: 403 Forbidden"
    )


def test_unhandled_rejection_quotes_the_reason() -> None:
    found = find_decisive_line(NODE_REJECTION)
    assert "UnhandledPromiseRejection" in found.text
    assert found.is_exception


@pytest.mark.parametrize("text", [SHELL, NGINX, ENVOY])
def test_line_in_no_runtimes_form_decides_by_itself(text: str) -> None:
    found = find_decisive_line(text)
    assert found.text == text
    assert not found.is_exception
    assert complains(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("could not price order 9\nTariffGone: region 9", "TariffGone: region 9"),
        ("worker gave up: shop.errors.TariffMissingError: region 9", "shop.errors.TariffMissingError: region 9"),
        ("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n----- Native stack trace -----", "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"),
        ("Starting the shop\ncould not open the tariff file\nbye", "could not open the tariff file"),
        ("** (exit) an exception was raised:\n    ** (Shop.TariffError) no tariff for region 9\n        (shop 1.0.0) lib/price.ex:9: Shop.Price.run/1", "** (Shop.TariffError) no tariff for region 9"),
        ("12:00:01.2 [error] Shop.Store (#PID<0.9.0>) failed to connect: ** (Shop.StoreError) closed", "** (Shop.StoreError) closed"),
        ("** (Shop.PoolError) no tariff was free in time. You can address this by:\n\n  1. Finding slow tariffs that failed", "** (Shop.PoolError) no tariff was free in time. You can address this by:"),
        ('shop.ThemeError: tariffs are not built. The page was:\n\n\n  <link rel="stylesheet">', "shop.ThemeError: tariffs are not built. The page was:"),
        ("ERROR: duplicate key of tariffs\nDETAIL:  Key (id)=(7) already exists.", "ERROR: duplicate key of tariffs"),
        ("Missing setting: TARIFFS\nnpm error Lifecycle script `start` failed with error:\nnpm error code 1", "Missing setting: TARIFFS"),
        ("ERROR:shop:no store is open\nERROR:    Application startup failed. Exiting.", "ERROR:shop:no store is open"),
        ("INFO shop starts\nERROR no store is open\nthe tariffs cannot be read\nINFO bye", "ERROR no store is open"),
        ("[I 310405 06:07:08 Shop] starts\n[C 310405 06:07:09 Shop] runs as root", "[C 310405 06:07:09 Shop] runs as root"),
        ("no tariffs: store missing\nPOST /orders failed with status 500\nError details saved to: /tmp/a", "no tariffs: store missing"),
        ("error: these arguments are missing:\n  --store <STORE>\n\nUsage: shop --store <STORE>", "error: these arguments are missing: --store <STORE>"),
        ("shop.RunError: \n----\nKeyError       Traceback (most recent call last)\nCell In[6], line 3\n----> 3 rows['tariff']\n\nKeyError: 'tariff'", "KeyError: 'tariff'"),
        ("shop.EnvError: not defined:\n  SHOP_KEY\nMake sure to define it.\n\n    at load (/srv/a.js:9:1)", "shop.EnvError: not defined: SHOP_KEY"),
        ("Starting the shop\nready", "Starting the shop"),
        ("", ""),
    ],
)  # fmt: skip
def test_other_text_gives_the_line_that_complains(text: str, line: str) -> None:
    assert find_decisive_line(text).text == line


@pytest.mark.parametrize(
    "line",
    [
        "option provided but not defined: -tariff",
        "You must set TARIFF_URL",
        "TARIFF_URL must be provided",
        "tariffs: bad address 'shop-db'",
        "the tariff file has the wrong format",
        "The shop runs out of range 7: out of memory",
        "no main manifest attribute, in shop.jar",
        "this is not a tariff",
        "The tariff store has not been started",
        "the store closed the connection",
        "Port 8080 is in use",
        'relation "tariffs" already exists',
        "table tariffs has no column named region",
        "This shop requires Node >= 20",
        "the store answered 503",
        "expected ':' but found the end of the file",
        "the shop worker died",
        "NOAUTH Authentication required.",
    ],
)
def test_plain_words_complain(line: str) -> None:
    assert complains(line)
    assert find_decisive_line(f"Opening the shop\n{line}\nbye").text == line


@pytest.mark.parametrize(
    "line",
    [
        'relation "tariffs" already exists, skipping',
        "compatible with tariffs of 2030",
        "the shop is ready and takes 500 orders",
        "typeof order",
        "the order is signed",
        "connection to the store is open",
    ],
)
def test_plain_words_complain_of_nothing(line: str) -> None:
    assert not complains(line)


def test_exit_of_an_interpreter_never_outranks_the_exception_behind_it() -> None:
    text = """Traceback (most recent call last):
  File "/srv/shop/main.py", line 4, in load
    raise TariffGone("region 9")
TariffGone: region 9

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/shop/main.py", line 6, in <module>
    sys.exit(1)
SystemExit: 1"""
    assert find_decisive_line(text).text == "TariffGone: region 9"


@pytest.mark.parametrize(
    "line",
    [
        "    at main (/srv/app.js:1:1)",
        '  File "/srv/shop/main.py", line 4, in load',
        "\tfrom /srv/shop/config.ru:3:in `block'",
        "#0 /srv/shop/index.php(4): price()",
        "goroutine 1 [running]:",
        "\t... 12 more",
        "   --- End of inner exception stack trace ---",
        "1 [ra] 0x000055d5c2f0a1c2 price(_:) + 401 in Shop at /srv/shop/Sources/App/price.swift:14:52",
    ],
)
def test_frame_never_decides(line: str) -> None:
    assert is_frame(line)
    assert find_decisive_line(f"{line}\ntariff missing\n{line}").text == "tariff missing"


@pytest.mark.parametrize("text", ["\n" * 64_000, " " * 64_000, "\n  at x" * 9000, "| " * 32_000])
def test_text_of_nothing_but_gaps_is_searched_once(text: str) -> None:
    began = perf_counter()
    find_decisive_line(text + "x")
    assert perf_counter() - began < 5


def test_line_below_a_list_of_errors_decides() -> None:
    text = "Error making API request.\n\nURL: PUT /v1/tariffs\nCode: 503. Errors:\n\n* the till is locked"
    assert find_decisive_line(text).text == "* the till is locked"
    assert not complains("errors: 0")
