"""Lines that belong together are one statement."""

import random

import pytest

from tests.failures import traces as texts
from tests.failures.entries import lines, output, printed, request, statements, system
from triage.failures.statements import is_output

TRACES = {
    name: getattr(texts, name)
    for name in dir(texts)
    if name.isupper() and "\n" in getattr(texts, name) and name != "PYTHON_CUSTOM"
}


@pytest.mark.parametrize("name", TRACES)
def test_trace_line_by_line_is_the_same_statement_as_in_one_entry(name: str) -> None:
    text = TRACES[name].strip("\n")
    (whole,) = statements([printed(0, text)])
    parts = statements(lines(0, text))
    assert [part.decisive for part in parts] == [whole.decisive]
    assert parts[0].strength == whole.strength == 3


@pytest.mark.parametrize("name", TRACES)
def test_trace_without_its_blank_lines_is_one_statement(name: str) -> None:
    text = "\n".join(line for line in TRACES[name].split("\n") if line.strip())
    found = statements(lines(0, text))
    (whole,) = statements([printed(0, TRACES[name])])
    assert [part.decisive for part in found] == [whole.decisive]


def test_message_above_a_traceback_belongs_to_it() -> None:
    (found,) = statements(lines(0, f"ERROR: Exception in the worker\n{texts.PYTHON_CHAIN}"))
    assert found.decisive == "shop.cache.LookupFailed: no tariff for region 9"
    assert found.text.startswith("ERROR: Exception in the worker")


def test_stack_of_monolog_belongs_to_the_error_above_it() -> None:
    text = "[2031-04-05 06:07:08] prod.ERROR: region 9 has no tariff\n[stacktrace]\n#0 /app/Shop.php(9): price()\n[previous exception] [object] (TariffException(code: 0): it was removed at /app/Tariff.php:3)"
    (found,) = statements(lines(0, text, severity="ERROR"))
    assert found.text == text


def test_line_of_level_info_does_not_swallow_a_traceback() -> None:
    info, trace = statements(lines(0, f"INFO:     Waiting for tariffs\n{texts.PYTHON_CHAIN}"))
    assert (info.strength, trace.strength) == (0, 3)


def test_two_tracebacks_in_a_row_are_two_statements() -> None:
    text = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\nKeyError: {}'
    found = statements([*lines(0, text.format("1")), *lines(0.1, text.format("2"))])
    assert [statement.decisive for statement in found] == ["KeyError: 1", "KeyError: 2"]


def test_two_errors_of_the_same_millisecond_are_two_statements() -> None:
    found = statements([printed(0, "ERROR: tariff lost"), printed(0, "ERROR: order lost")])
    assert sorted(statement.decisive for statement in found) == ["ERROR: order lost", "ERROR: tariff lost"]


def test_streams_do_not_mix() -> None:
    trace = lines(0, texts.JAVA_CHAIN, step=0.01)
    chatter = [printed(0.005 + 0.01 * n, f"order {n} priced", "stdout") for n in range(8)]
    found = statements(sorted([*trace, *chatter], key=lambda entry: str(entry["timestamp"])))
    assert [s.decisive for s in found if s.strength == 3] == [
        "java.net.UnknownHostException: tariffs.internal.example"
    ]
    assert len(found) == 9


def test_containers_do_not_mix() -> None:
    trace = lines(0, texts.JAVA_CHAIN, step=0.01, container="shop")
    other = [printed(0.005 + 0.01 * n, "ERROR: proxy", container="proxy") for n in range(8)]
    found = statements(sorted([*trace, *other], key=lambda entry: str(entry["timestamp"])))
    assert [s.decisive for s in found if s.decisive != "ERROR: proxy"] == [
        "java.net.UnknownHostException: tariffs.internal.example"
    ]


def test_requests_traces_do_not_mix() -> None:
    found = statements(
        [
            printed(0, "TypeError: x is not a function", trace="a1"),
            printed(0, "    at price (/srv/a.js:1:1)", trace="a1"),
            printed(0.001, "    at order (/srv/b.js:1:1)", trace="b2"),
        ]
    )
    assert [statement.trace[-2:] for statement in found] == ["a1", "b2"]


def test_line_a_second_later_is_another_statement() -> None:
    assert len(statements([printed(0, "ERROR: lost"), printed(1.2, "    at price (/srv/a.js:1:1)")])) == 2


def test_long_trace_keeps_its_head_and_its_cause() -> None:
    frames = "\n".join(f"\tat org.example.Deep.call{n}(Deep.java:{n})" for n in range(700))
    text = f"org.example.TariffException: no tariff\n{frames}\nCaused by: java.io.IOException: disk is full\n{frames}"
    (found,) = statements(lines(0, text, step=0.0005))
    assert found.decisive in ("java.io.IOException: disk is full", "org.example.TariffException: no tariff")
    assert found.text.startswith("org.example.TariffException")
    assert len(found.text.split("\n")) <= 200


def test_pretty_printed_object_is_one_statement() -> None:
    text = "{\n  error: 'tariff lost',\n  at: {\n    region: 9\n  }\n}"
    (found,) = statements([*lines(0, text)])
    assert "tariff lost" in found.decisive


def test_list_that_is_closed_before_more_is_one_statement() -> None:
    text = """06:00:02,120 ERROR [shop] Operation failed - address: ([
    ("store" => "tariffs")
]) - failure description: {
    "services that are missing" => ["tariff-driver"]
}"""
    (statement,) = statements(lines(0, text))
    assert "tariff-driver" in statement.decisive


def test_object_whose_end_never_comes_ends_with_its_second() -> None:
    found = statements([*lines(0, "{\n  error: 'tariff lost',"), printed(5, "ready", "stderr")])
    assert [statement.decisive for statement in found] == ["error: 'tariff lost',", "ready"]


def test_platform_lines_and_requests_are_no_output() -> None:
    assert not statements([system(0, "Container called exit(1)."), request(1, "/", 500)])
    assert is_output(output(0, "ready"))


def test_lines_of_any_order_never_raise() -> None:
    rows = [row for text in TRACES.values() for row in text.split("\n")]
    random.Random(7).shuffle(rows)
    found = statements(printed(n * 0.01, row) for n, row in enumerate(rows) if row)
    assert found
    assert all(statement.decisive for statement in found)


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("ERROR: tariff lost", 3),
        ("TypeError: x is not a function", 3),
        ("could not open the tariff file", 2),
        ("TariffGone: region 9", 2),
        ("WARNING: could not open the tariff file", 2),
        ("WARNING: cache is cold", 0),
        ("opening tariffs", 1),
        ("INFO: could not find a cached tariff, loading it", 0),
        ("SystemExit: 1", 1),
        ("Refusing to start with the sample key", 2),
        ("region 9 is gone\n/srv/bin/shop:31:in `run'\n/srv/bin/shop:9:in `<main>'", 2),
        ("06:00:01.2 [notice] shop exited: stopped", 0),
        ("06:00:01.2 [notice] shop exited: ** (Shop.StoreError) closed", 3),
        ('10.9.8.7 - - [05/Apr/2031:06:00:00 +0000] "GET /error HTTP/1.1" 500 12', -1),
    ],
)
def test_strength_follows_level_and_words(text: str, strength: int) -> None:
    (found,) = statements([printed(0, text)])
    assert found.strength == strength


def test_severity_of_the_entry_outranks_the_words() -> None:
    (found,) = statements([printed(0, "ERROR is the name of our band", "stdout", severity="INFO")])
    assert found.strength == 0


def test_severity_default_is_not_information() -> None:
    (found,) = statements([printed(0, "TypeError: x is not a function", severity="DEFAULT")])
    assert found.strength == 3


@pytest.mark.parametrize(
    ("text", "decisive"),
    [
        pytest.param("Error: the tariffs cannot be read, due to the following error(s):\n\nregion 9 has an unknown type", "region 9 has an unknown type", id="blank line"),
        pytest.param("Error: T3009\n\nthe tariffs of region 9 are locked", "Error: T3009", id="code"),
        pytest.param("ERROR - 2031-04-05 06:00:10.101\nTariffException: region 9 is unknown", "TariffException: region 9 is unknown", id="level and time"),
    ],
)  # fmt: skip
def test_heading_belongs_to_the_message_below_it(text: str, decisive: str) -> None:
    (statement,) = statements(lines(1, text))
    assert statement.text == text
    assert statement.decisive == decisive


def test_message_of_a_cause_goes_on_up_to_its_first_frame() -> None:
    text = (
        "org.example.StartException: tariffs\n\tat org.example.A.b(A.java:1)\nCaused by: org.example.TariffException: invalid\n"
        "Tariff 3 differs\n-> Applied: 7\n\tat org.example.A.c(A.java:2)"
    )
    (statement,) = statements(lines(1, text))
    assert statement.text == text


def test_line_with_a_level_or_a_time_continues_no_cause() -> None:
    text = "org.example.StartException: tariffs\n\tat org.example.A.b(A.java:1)\nCaused by: org.example.TariffException: invalid"
    found = statements(lines(1, f"{text}\nINFO: the shop is open\n2031-04-05 06:00 closed"))
    assert [statement.text for statement in found] == [
        text,
        "INFO: the shop is open",
        "2031-04-05 06:00 closed",
    ]


@pytest.mark.parametrize(
    "text",
    ["WARNING: no answer of the store, retrying in 3 s", "the store closed the connection, attempt 1 of 3"],
)
def test_retry_is_no_error_yet(text: str) -> None:
    (statement,) = statements([printed(1, text)])
    assert statement.meaning.is_retried


@pytest.mark.parametrize(
    "text", ["ERROR: no answer of the store, retrying failed", "WARNING: no answer of the store"]
)
def test_error_and_warning_without_a_retry_are_none(text: str) -> None:
    (statement,) = statements([printed(1, text)])
    assert not statement.meaning.is_retried


def test_line_with_a_time_and_a_level_begins_a_statement_though_more_was_to_come() -> None:
    text = "missing tariffs:\n\t- region 9\n[Shop] ERROR: no tariffs of region 9"
    assert [said.text.split("\n")[0] for said in statements(lines(0, text))] == [
        "missing tariffs:",
        "[Shop] ERROR: no tariffs of region 9",
    ]


def test_calls_of_go_below_a_heading_are_no_message() -> None:
    text = "ERROR shop.Invoke(main.run()) called from:\nmain.main\n\t/src/shop/main.go:31\nruntime.main\n\t/usr/local/go/src/runtime/proc.go:271"
    (found,) = statements(lines(0, text))
    assert found.decisive == "ERROR shop.Invoke(main.run()) called from:"


JAVA_THROWN = """java.lang.IllegalStateException: send failed
	at org.example.Tariffs.send(Tariffs.java:7)
Caused by: org.example.errors.TooLargeException: 9 MB are more than 1 MB"""


def test_exception_of_java_belongs_to_the_error_above_it() -> None:
    above = "2031-04-05T06:00:00.123Z ERROR 1 --- [main] o.e.Tariffs : attempts exhausted"
    (found,) = statements(lines(0, f"{above}\n{JAVA_THROWN}"))
    assert found.decisive == "org.example.errors.TooLargeException: 9 MB are more than 1 MB"
    assert found.text.startswith(above)


@pytest.mark.parametrize(
    "above", ["2031-04-05T06:00:00.123Z INFO 1 --- [main] o.e.Tariffs : reading", "reading tariffs"]
)
def test_exception_of_java_does_not_belong_to_a_harmless_line(above: str) -> None:
    first, second = statements(lines(0, f"{above}\n{JAVA_THROWN}"))
    assert (first.text, second.strength) == (above, 3)
