"""What decides among the lines that a program prints while it ends."""

import pytest

from tests.failures.entries import lines, printed, statements, system
from tests.failures.test_linking import decisive, explained
from triage.failures.decisive import complains, find_decisive_line
from triage.failures.last_words import announces_retry, heads_frames, is_last_attempt, is_told_to_end, sums_up
from triage.failures.wording import read_wording

ELIXIR_CHILD = """06:00:01.2 [notice] Application shop exited: Shop.Application.start(:normal, []) returned an error: shutdown: failed to start child: Shop.Store
    ** (EXIT) shutdown: failed to start child: Shop.Store.Pool
        ** (EXIT) an exception was raised:
            ** (ArgumentError) no tariff store is given
                (shop 1.0.0) lib/shop/store.ex:9: Shop.Store.init/1"""

ELIXIR_EXIT = """** (EXIT) shutdown: failed to start child: Shop.Listener
    ** (EXIT) {:listen_error, Shop.Listener, :eaddrinuse}"""

PYTHON_FRAMED = """Traceback (most recent call last):
  File "/srv/shop/main.py", line 4, in <module>
    words = load("tariffs")
LookupError:
**********
  Tariff words are not installed.
  Please load them:

  Searched in:
    - '/srv/words'
**********"""

RAKE = """Shop::LockError: could not give the lock back (Shop::LockError)

Caused by:
Shop::LockError: another import of tariffs is running (Shop::LockError)"""

GO_STACK = """no price of "XX"
example.com/shop/prices.Lookup
\t/src/prices/lookup.go:31
example.com/shop/api.(*Server).Price
\t/src/api/price.go:44"""

RUST_SPAWN = """error: Failed to spawn: `shop`
  Caused by: No such file or directory (os error 2)"""

RUST_CHAIN = """Error: no tariffs

Caused by:
    0: reading /srv/tariffs.json
    1: No such file or directory (os error 2)"""

RAILS = """Shop::PriceError (no price of region 9):
    4: <h1>Order</h1>
    5: <p><%= @order.price %></p>"""

RUBY_MESSAGE = """region 9 is gone
/srv/shop/bin/shop:31:in `run'
/srv/shop/bin/shop:9:in `<main>'"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (ELIXIR_CHILD, "** (ArgumentError) no tariff store is given"),
        (ELIXIR_EXIT, "** (EXIT) {:listen_error, Shop.Listener, :eaddrinuse}"),
        (PYTHON_FRAMED, "Tariff words are not installed."),
        (RAKE, "Shop::LockError: another import of tariffs is running (Shop::LockError)"),
        (RUBY_MESSAGE, "region 9 is gone"),
        (RAILS, "Shop::PriceError (no price of region 9):"),
        (GO_STACK, 'no price of "XX"'),
        (RUST_SPAWN, "error: Failed to spawn: `shop`"),
        (RUST_CHAIN, "reading /srv/tariffs.json"),
        ("Refusing to start with the sample key\nbye", "Refusing to start with the sample key"),
    ],
)
def test_deepest_reason_decides(text: str, line: str) -> None:
    assert find_decisive_line(text).text == line


def test_line_above_the_calls_of_a_backtrace_is_an_error_whatever_its_words() -> None:
    assert heads_frames(RUBY_MESSAGE)
    assert heads_frames(GO_STACK)
    assert not heads_frames("region 9 is open\nregion 8 is open\nregion 7 is open")


def test_error_that_is_only_a_name_is_not_the_reason_itself() -> None:
    assert not find_decisive_line("Error: TariffsNotLoaded").is_exception
    assert find_decisive_line("Error: no tariffs").is_exception


@pytest.mark.parametrize(
    "line",
    [
        "org.jruby.exceptions.SystemExit: (SystemExit) exit",
        "Crash dump is being written to: erl_crash.dump...done",
        "Kernel pid terminated (application_controller) ({application_start_failure,shop})",
        '{"Kernel pid terminated",application_controller,"{application_start_failure,shop}"}',
        "BEGIN failed--compilation aborted at /srv/shop.pl line 3.",
        "Compilation failed in require at /srv/shop.pl line 3.",
        "main: exiting due to tariff loading error",
    ],
)
def test_last_line_of_a_runtime_that_ends_is_no_reason(line: str) -> None:
    assert is_told_to_end(line)


def test_end_that_names_its_reason_is_one() -> None:
    assert not is_told_to_end("Exiting because TARIFFS is not set")
    assert not is_told_to_end("shop: aborted due to a full disk")
    assert is_told_to_end("Exiting due to a fatal error.")


def test_traceback_of_another_process_belongs_to_the_error_of_this_one() -> None:
    text = """ERROR:shop:pricing failed
concurrent.futures.process._RemoteTraceback:
\"\"\"
Traceback (most recent call last):
  File "/srv/shop/price.py", line 9, in price
    return tariffs[region]
TariffGone: region 9
\"\"\"

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/shop/main.py", line 4, in price_all
TariffGone: region 9"""
    (found,) = statements(lines(0, text))
    assert (found.decisive, found.is_exception) == ("TariffGone: region 9", True)


@pytest.mark.parametrize(
    "line",
    [
        "[error] configuration file contains errors, aborting.",
        "ERROR: failed to load configuration file '/etc/shop.conf'",
        "ERROR: Unable to include /etc/shop.d/a.conf from /etc/shop.conf at line 12",
        "ERROR: FPM initialization failed",
        "error: creating server: Internal - failed to load all models",
        "ERROR: Failed to start server in (production) mode",
        "FATAL: shop stopped because of an error",
        "SEVERE: could not start due to previous errors",
        "Couldn't start the application.",
        "ERROR: sending the tariffs failed, giving up after 3 attempts",
        "ERROR: gave up on order 41",
        "ERROR: all 5 attempts failed",
        "ERROR: retries exhausted.",
        "ERROR: maximum number of retries exceeded",
    ],
)
def test_summary_of_a_failure_goes_behind_the_error_that_it_sums_up(line: str) -> None:
    assert sums_up(line)
    exit_of = system(3, "Container called exit(1).")
    reason = "ERROR: unknown entry 'tarifs'"
    assert decisive(explained(exit_of, printed(1, reason), printed(1.1, line))) == reason
    assert decisive(explained(exit_of, printed(1.1, line)))


@pytest.mark.parametrize(
    "line",
    [
        "could not load the tariffs of region 9",
        "failed to start server: port 80 is taken",
        "giving up: port 80 is taken",
        "Max retries exceeded with url: /tariffs (Caused by NewConnectionError('refused'))",
    ],
)
def test_error_with_a_reason_is_no_summary(line: str) -> None:
    assert not sums_up(line)


def test_message_that_goes_on_below_its_exception_is_read_to_its_end() -> None:
    text = """Traceback (most recent call last):
  File "/srv/shop/main.py", line 1, in <module>
ImportError: Unable to import required tariffs:
region 9: the file is damaged
        on a disk of the shop"""
    (found,) = statements(lines(0, text))
    assert found.decisive == "region 9: the file is damaged"


def test_class_of_an_exception_alone_on_its_line_begins_a_statement() -> None:
    found = statements(
        lines(
            0, "loading tariffs\njava.lang.NullPointerException\n\tat example.shop.Tariff.load(Tariff.java:9)"
        )
    )
    assert [statement.decisive for statement in found] == [
        "loading tariffs",
        "java.lang.NullPointerException",
    ]


def test_backtrace_of_go_belongs_to_the_message_above_it() -> None:
    (found,) = statements(lines(0, GO_STACK))
    assert found.decisive == 'no price of "XX"'


@pytest.mark.parametrize(
    ("line", "refers"),
    [
        ("Run 'shop --help' for more information", True),
        ("error: For more details, see the manual", True),
        ("[ERROR] Run the shop again with --debug. For more information see the manual.", True),
        ("error: the tariffs cannot be read. See https://shop.example.com/errors for more details.", False),
        ("TariffError: regions have moved. See https://shop.example.com/moved for more details.", False),
        ("the tariffs cannot be read", False),
    ],
)
def test_error_that_also_says_where_to_read_more_is_a_reason(line: str, *, refers: bool) -> None:
    assert read_wording(line, "").is_told_to_end == refers


def test_cause_without_a_word_is_not_the_deepest_one() -> None:
    text = """Error: 7 region 9 is closed
    at Object.onStatus (/srv/shop/client.js:9:19)
Caused by: Error:
    at Shop.save (/srv/shop/shop.js:4:1)"""
    assert find_decisive_line(text).text == "Error: 7 region 9 is closed"


@pytest.mark.parametrize(
    "line",
    [
        "This shop is already running (or delete /srv/shop.pid)",
        "The machine does not support what the shop needs",
        "The shop's port 9 is already in use",
        "The order is rejected",
    ],
)
def test_plain_words_of_a_program_that_ends_are_its_reason(line: str) -> None:
    exit_of = system(3, "Container called exit(1).")
    assert decisive(explained(exit_of, printed(1, line, "stdout"), printed(1.1, "bye", "stdout"))) == line


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("tariffs cannot be opened", "The application process exited prematurely."),
        ("tariffs cannot be opened", "the shop worker died"),
        ("tariffs cannot be opened", "Error details saved to: /tmp/shop-error.html"),
        ("ERROR no store is open", "FATAL boot has failed; exiting. See previous messages for details."),
        ("ERROR no store is open", "Error: shop.lua:99: configuration file /etc/shop.conf test failed"),
    ],
)
def test_what_only_says_that_a_program_ended_goes_behind_its_reason(said: str, after: str) -> None:
    exit_of = system(3, "Container called exit(1).")
    assert decisive(explained(exit_of, printed(1, said), printed(1.1, after))) == said


def test_exception_that_repeats_another_one_goes_behind_it() -> None:
    text = """Traceback (most recent call last):
  File "/srv/shop/app.py", line 3, in <module>
    import tariffs
shop.TariffGone: region 9

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/shop/main.py", line 9, in load
    raise Misconfigured(name)
shop.Misconfigured: 'shop.app' could not be loaded; Error importing module."""
    assert find_decisive_line(text).text == "shop.TariffGone: region 9"
    rocket = "thread 'main' panicked at /cargo/rocket-0.5.1/src/error.rs:2:9:\naborting due to shop rules"
    exit_of = system(3, "Container called exit(101).")
    assert (
        decisive(explained(exit_of, printed(1, "Error: no key of the shop"), printed(1.1, rocket)))
        == "Error: no key of the shop"
    )
    first = "(worker) ShopError: no tariff of region 9"
    second = "(main) ShopError: the worker did not start. See root cause above."
    exit_of = system(3, "Container called exit(1).")
    assert decisive(explained(exit_of, printed(1, first), printed(1.1, second))) == first[9:]
    assert decisive(explained(exit_of, printed(1.1, second))) == second[7:]


JAVA_AGAIN = """java.lang.NoClassDefFoundError: Could not initialize class org.example.Tariffs
\tat org.example.Shop.price(Shop.java:9)
Caused by: java.lang.ExceptionInInitializerError: Exception java.lang.IllegalStateException: no tariff key [in thread "exec-2"]
\tat org.example.Tariffs.<clinit>(Tariffs.java:4)"""

LARAVEL = """   INFO  Running migrations.

  2031_01_01_000000_create_tariffs ............ 12.11ms FAIL

   Illuminate\\Database\\QueryException

  SQLSTATE[42S01]: Base table or view already exists: 1050 Table 'tariffs' already exists

  at vendor/laravel/framework/src/Illuminate/Database/Connection.php:829
    825|                     $this->getName(), $query"""

DART_SHELF = """ERROR - 2031-04-05 06:00:01.101
GET /orders/7
Error thrown by handler.
type 'Null' is not a subtype of type 'Tariff' in type cast
package:shop/orders.dart 21:30  getOrder
package:shelf/src/middleware/logger.dart 35:25  logRequests.<fn>"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (JAVA_AGAIN, "java.lang.IllegalStateException: no tariff key"),
        (LARAVEL, "SQLSTATE[42S01]: Base table or view already exists: 1050 Table 'tariffs' already exists"),
        (DART_SHELF, "type 'Null' is not a subtype of type 'Tariff' in type cast"),
    ],
)
def test_error_of_a_class_or_handler_is_read_in_one_entry_and_line_by_line(text: str, line: str) -> None:
    for said in (lines(0, text), [printed(0, text)]):
        (found,) = statements(said)
        assert (found.decisive, found.is_exception) == (line, True)


@pytest.mark.parametrize(
    "line",
    [
        "Fehler: der Tarif fehlt",
        "Erreur : tarif introuvable",
        "Falló la carga de tarifas",
        "Errore: tariffe",
        "ошибка тарифа",
        "料金の読み込みに失敗しました",
        "加载失败",
        "요금 오류",
    ],
)
def test_complaint_in_another_language_is_one(line: str) -> None:
    assert complains(line)


def test_property_of_a_printed_object_does_not_decide() -> None:
    text = """Could not sign: the key of the shop is unsupported {
  library: 'SHOP routines',
  reason: 'unsupported',
  code: 'ERR_SHOP_UNSUPPORTED'
}"""
    assert find_decisive_line(text).text == "Could not sign: the key of the shop is unsupported {"


def test_details_of_a_call_that_grpc_ended_decide() -> None:
    text = """Traceback (most recent call last):
  File "/srv/shop/main.py", line 9, in price
    stub.Price(request)
grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with:
\tstatus = StatusCode.INTERNAL
\tdetails = "no tariff of region 9"
\tdebug_error_string = "UNKNOWN:Error received from peer"
>"""
    (found,) = statements(lines(0, text))
    assert (found.decisive, found.is_exception) == ("no tariff of region 9", True)


@pytest.mark.parametrize(
    ("line", "last"),
    [
        ("attempt 3 of 3 failed: till is locked", True),
        ("Attempt #5/5: till is locked", True),
        ("retry 2 out of 2 failed", True),
        ("attempt 1 of 3 failed: till is locked", False),
        ("attempt 1 of 10 failed", False),
        ("attempt 11 of 1", False),
    ],
)
def test_last_attempt_is_not_tried_again(line: str, *, last: bool) -> None:
    assert is_last_attempt(line) == last
    assert announces_retry(line) != last


#: An exception of a client that OpenAPI generated.
REFUSED = """Traceback (most recent call last):
  File "/srv/a.py", line 3, in f
shop.api.ApiException: (400)
Reason: Bad Request
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Mail error: {\n  statusCode: 403,\n  message: 'no such sender',\n  name: 'x'\n}", "message: 'no such sender',"),
        ("Mail error: {\n  code: 7,\n  message:\n   'no such sender',\n}", "'no such sender',"),
        ("not sent {\n  code: 7,\n  details: 'no such sender',\n}", "details: 'no such sender',"),
        ('Mail error: {\n  "detail": "no such sender"\n}', '"detail": "no such sender"'),
        ("Mail error: {\n  code: 7,\n  message: '',\n  hint: null\n}", "Mail error: {"),
        (f'{REFUSED}HTTP response headers: {{}}\nHTTP response body: {{"message":"gone"}}', 'HTTP response body: {"message":"gone"}'),
        (f"{REFUSED}HTTP response body: ", "shop.api.ApiException: (400)"),
    ],
)  # fmt: skip
def test_message_that_a_server_or_an_object_holds_decides(text: str, line: str) -> None:
    assert find_decisive_line(text).text == line
    (statement,) = statements(lines(0, text))
    assert statement.decisive == line
