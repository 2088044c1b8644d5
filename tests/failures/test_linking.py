"""Which statement explains a failure, by what ties the two together."""

from collections.abc import Iterable

import pytest

from tests.failures.entries import REVISION, Log, decoded, printed, request, system
from tests.failures.entries import point as point_of
from triage.failures.decisive import find_decisive_line
from triage.failures.linking import Attribution, attribute
from triage.failures.meaning import Meaning, Meanings
from triage.failures.restating import restates
from triage.failures.statements import Statement, StatementBuilder
from triage.models import Event, Recognized

BROKEN = "ERROR: tariff lost"


def explained(failed: Log, *said: Log, noise: str = "", known: str = "") -> Attribution:
    """Return what explains a failure, without packs."""
    point = point_of(failed)
    assert point is not None

    def recognize(meaning: Meaning) -> Recognized | None:
        decisive = meaning.wording.decisive
        event = Event(entry=point.entry, pack="p", rule="r")
        if noise and noise in decisive:
            return Recognized(event, "")
        return Recognized(event, "tariff-lost", "A tariff is lost") if known and known in decisive else None

    builder = StatementBuilder(Meanings(recognize))
    found: list[Statement] = []
    for entry in sorted(said, key=lambda entry: str(entry["timestamp"])):
        found += builder.observe(decoded(entry))
    found += builder.flush()
    found.sort(key=lambda statement: statement.first.sort_key)
    return attribute(point, found)


def decisive(found: Attribution) -> str:
    return found.statement.decisive if found.statement else ""


def test_same_trace_outranks_what_is_nearer() -> None:
    found = explained(
        request(0, status=500, latency=1, trace="a1"),
        printed(0.2, BROKEN, trace="a1"),
        printed(0.9, "ERROR: another request", trace="b2"),
    )
    assert (decisive(found), found.link) == (BROKEN, "trace")


@pytest.mark.parametrize(
    "then",
    [
        "TypeError: Cannot read properties of undefined (reading 'rates')",
        "TypeError: 'NoneType' object is not subscriptable",
        "NoMethodError: undefined method `rates' for nil",
    ],
)
def test_what_failed_before_the_code_went_on_without_a_value(then: str) -> None:
    failed = request(0, status=500, latency=1, trace="a1")
    first, last = printed(0.2, BROKEN, trace="a1"), printed(0.9, then, trace="a1")
    assert decisive(explained(failed, first, last, known="tariff lost")) == BROKEN
    assert decisive(explained(failed, first, last)) == then


def test_statement_of_another_trace_explains_nothing() -> None:
    found = explained(request(0, status=500, latency=1, trace="a1"), printed(0.9, BROKEN, trace="b2"))
    assert (decisive(found), found.link) == ("", "none")


def test_same_instance_during_the_request_explains_it() -> None:
    found = explained(
        request(10, status=500, latency=1),
        printed(5, "ERROR: an hour ago"),
        printed(10.5, "ERROR: first"),
        printed(11.3, BROKEN),
    )
    assert (decisive(found), found.link) == (BROKEN, "instance")
    assert found.candidates == 2


def test_error_outranks_a_later_complaint() -> None:
    found = explained(
        request(0, status=500, latency=1),
        printed(0.5, "TypeError: x is not a function"),
        printed(0.9, "could not render the page"),
    )
    assert decisive(found) == "TypeError: x is not a function"


def test_words_tell_where_all_that_a_program_prints_counts_as_an_error() -> None:
    said = [
        printed(1 + n / 10, line, severity="ERROR")
        for n, line in enumerate(("no tariffs: store missing", "pages read: 0"))
    ]
    assert decisive(explained(system(3, "Container called exit(1)."), *said)) == "no tariffs: store missing"


def test_exception_below_a_harmless_line_explains_an_exit_that_nothing_else_does() -> None:
    text = "INFO:shop:reading tariffs\nTraceback (most recent call last):\n  File \"a.py\", line 3, in f\nKeyError: 'region'"
    exit_of = system(3, "Container called exit(1).")
    assert decisive(explained(exit_of, printed(1, text))) == "KeyError: 'region'"
    assert (
        decisive(explained(exit_of, printed(1, text), printed(2, "tariffs cannot be read")))
        == "tariffs cannot be read"
    )


def test_statement_behind_the_end_that_names_the_request_explains_it() -> None:
    found = explained(
        request(0, "/orders", 504, latency=60, method="POST"),
        printed(61, "gave up POST /orders after 60 s: ERROR pool is empty"),
        printed(62, "ERROR: something else"),
    )
    assert (found.link, found.strength) == ("mention", 2)
    assert "POST /orders" in decisive(found)


def test_error_within_a_second_of_the_request_is_near() -> None:
    before = explained(request(10, status=500), printed(9.3, BROKEN))
    behind = explained(request(10, status=500), printed(10.9, BROKEN))
    assert (before.link, behind.link) == ("nearness", "nearness")
    assert decisive(before) == decisive(behind) == BROKEN


def test_error_of_other_moments_is_not_near() -> None:
    assert decisive(explained(request(10, status=500), printed(8, BROKEN), printed(12, BROKEN))) == ""


def test_last_error_before_an_exit_explains_it() -> None:
    found = explained(
        system(9, "Container called exit(1)."), printed(3, "ERROR: first"), printed(8.8, BROKEN)
    )
    assert (decisive(found), found.link) == (BROKEN, "instance")
    assert found.gap == 200_000_000


def test_error_long_before_an_exit_is_only_near() -> None:
    found = explained(system(9, "Container called exit(1)."), printed(4, BROKEN))
    assert (decisive(found), found.link) == (BROKEN, "nearness")


def test_end_of_the_interpreter_never_outranks_another_statement() -> None:
    found = explained(
        system(9, "Container called exit(1)."), printed(8.5, "could not open tariffs"), printed(8.8, "SystemExit: 1")
    )  # fmt: skip
    assert decisive(found) == "could not open tariffs"


def test_known_cause_outranks_an_unknown_error() -> None:
    found = explained(
        system(9, "Container called exit(1)."),
        printed(8.5, BROKEN),
        printed(8.8, "ERROR: the worker ends"),
        known="tariff lost",
    )
    assert decisive(found) == BROKEN
    assert found.recognized is not None


def test_known_noise_explains_nothing() -> None:
    found = explained(system(9, "Container called exit(1)."), printed(8.5, BROKEN), noise="tariff lost")
    assert decisive(found) == ""
    assert [statement.text for statement in found.tail] == [BROKEN]


def test_last_lines_are_kept_where_none_complains() -> None:
    found = explained(
        system(9, "Container called exit(1)."), *(printed(n, f"step {n}", "stdout") for n in range(1, 8))
    )
    assert decisive(found) == ""
    assert [statement.text for statement in found.tail] == ["step 5", "step 6", "step 7"]


@pytest.mark.parametrize(
    ("line", "explains"),
    [
        ("shopctl: catalog.lock requires shopctl >= 4.2 (this is 4.0)", True),
        ("/srv/bin/shopctl: tariffs come from two places", True),
        ("info: tariffs are read", False),
        ("tariffs: 12", False),
        ("Tariffs are read", False),
    ],
)
def test_last_line_of_a_program_that_gives_its_name_explains_its_end(line: str, *, explains: bool) -> None:
    found = explained(system(9, "Container called exit(1)."), printed(8.9, line))
    assert decisive(found) == (line if explains else "")
    assert decisive(explained(system(19, "Container called exit(1)."), printed(8.9, line))) == ""
    assert decisive(explained(system(9, "Container called exit(1)."), printed(8.9, line, "stdout"))) == ""


def test_silent_instance_printed_nothing() -> None:
    found = explained(system(9, "Container called exit(1)."))
    assert (found.link, found.tail) == ("none", ())


def test_only_the_output_of_the_container_that_failed_counts() -> None:
    exit_of = system(9, "Container called exit(1).", container="proxy")
    said = [
        printed(8.5, "ERROR: no upstream", container="proxy"),
        printed(8.8, "ERROR: tariff lost", container="shop"),
    ]
    assert decisive(explained(exit_of, *said)) == "ERROR: no upstream"
    assert decisive(explained(exit_of, said[1])) == "ERROR: tariff lost"


def test_error_of_nginx_is_no_access_log_though_it_names_the_request() -> None:
    error = '2031/04/05 06:00:09 [error] 7#7: *1 the header is too large, client: 10.0.0.1, request: "GET /orders HTTP/1.1"'
    found = explained(request(9, "/orders", 502), printed(9.01, error))
    assert decisive(found) == error


def test_missing_static_file_of_nginx_explains_nothing() -> None:
    error = '2031/04/05 06:00:09 [error] 7#7: *1 open() "/srv/icon.png" failed (2: No such file or directory), request: "GET /icon.png HTTP/1.1"'
    assert decisive(explained(request(9, "/icon.png", 404), printed(9.01, error))) == ""


@pytest.mark.parametrize(
    "line",
    [
        '10.9.8.7 - - [05/Apr/2031:06:00:00 +0000] "GET /orders HTTP/1.1" 500 12',
        '[GIN] 2031/04/05 - 06:00:00 | 500 |  412.331091ms | 169.254.8.1 | GET      "/orders"',
        "06:00:00 | 500 |   12.4ms | 169.254.8.1 | GET | /orders | -",
        "GET /orders 500 12.401 ms - 21",
        " GET /orders 500 in 35ms",
        "--> GET /orders 500 12ms",
    ],
)
def test_access_log_line_explains_nothing(line: str) -> None:
    assert decisive(explained(request(0, "/orders", 500), printed(0.05, line))) == ""


def test_output_without_complaint_explains_only_the_request_that_it_belongs_to() -> None:
    found = explained(request(0, status=500, trace="a1"), printed(0.05, "tariffs gone", trace="a1"))
    assert (decisive(found), found.strength) == ("tariffs gone", 1)


def test_warning_explains_the_request_that_it_belongs_to_where_no_error_does() -> None:
    warning = printed(0.05, "the bank has closed the account", "stdout", severity="WARNING", trace="a1")
    information = printed(0.06, "paid", "stdout", severity="INFO", trace="a1")
    found = explained(request(0, status=500, trace="a1"), warning, information)
    assert decisive(found) == "the bank has closed the account"
    failed = printed(0.04, BROKEN, trace="a1")
    assert decisive(explained(request(0, status=500, trace="a1"), failed, warning)) == BROKEN


def test_warning_explains_no_end_of_an_instance() -> None:
    warning = printed(0.05, "the bank has closed the account", "stdout", severity="WARNING")
    assert decisive(explained(system(1, "Container called exit(1)."), warning)) == ""


def kinds(logs: Iterable[Log]) -> list[str]:
    return [point.kind for entry in logs if (point := point_of(entry)) is not None]


def test_revision_is_part_of_the_entry() -> None:
    assert decoded(printed(0, "x")).revision == REVISION
    assert kinds([system(0, "Container called exit(2).")]) == ["exit"]


def test_error_goes_before_a_known_cause_that_is_only_a_warning() -> None:
    found = explained(
        system(9, "Container called exit(1)."),
        printed(8.1, "no traces: tariff lost", severity="WARNING"),
        printed(8.2, "flags are refused", severity="ERROR"),
        known="tariff lost",
    )
    assert decisive(found) == "flags are refused"


def test_container_that_could_not_reach_its_neighbor_is_explained_by_what_the_neighbor_says() -> None:
    exit_of = system(9, "Container called exit(1).", container="app")
    lost = printed(8.9, "ERROR: 127.0.0.1:5432 closed the connection", container="app")
    far = printed(8.9, "ERROR: 10.0.0.1:5432 closed the connection", container="app")
    proxy = printed(8.5, "ERROR: tariff lost", container="proxy")
    assert decisive(explained(exit_of, proxy, lost, known="tariff lost")) == "ERROR: tariff lost"
    assert (
        decisive(explained(exit_of, proxy, far, known="tariff lost"))
        == "ERROR: 10.0.0.1:5432 closed the connection"
    )
    assert decisive(explained(exit_of, proxy, lost)) == "ERROR: 127.0.0.1:5432 closed the connection"


@pytest.mark.parametrize(
    "again",
    [
        "Error [ERR_HTTP_HEADERS_SENT]: Cannot set headers after they are sent to the client\n    at fail (/srv/shop/errors.js:9:7)",
        "RuntimeError: Caught handled exception, but response already started.",
        "java.lang.IllegalStateException: Cannot call sendError() after the response has been committed",
        "fail: Shop.Errors[0]\n      The response has already started, the error page is not shown.",
        "PHP Warning:  Cannot modify header information - headers already sent in /srv/shop/errors.php on line 9",
    ],
)
def test_answer_that_comes_twice_goes_behind_what_failed_first(again: str) -> None:
    found = explained(
        request(10, "/pay", 500), printed(10.05, "[pay] error no tariff"), printed(10.06, again)
    )
    assert found.statement is not None
    assert found.statement.decisive == "[pay] error no tariff"


def test_answer_that_comes_twice_is_the_error_where_nothing_else_is_said() -> None:
    again = "Error [ERR_HTTP_HEADERS_SENT]: Cannot set headers after they are sent to the client"
    found = explained(request(10, "/pay", 500), printed(10.05, again))
    assert found.statement is not None
    assert found.statement.decisive == again


def test_last_attempt_explains_a_request_before_the_words_that_follow_it() -> None:
    said = [f"[till] WARN attempt {n} of 3 failed: till is locked" for n in (1, 2, 3)]
    rows = [printed(10.1 + n / 10, text) for n, text in enumerate(said)]
    found = explained(request(10, "/pay", 500, latency=1), *rows, printed(10.9, "ERROR: order not sent"))
    assert found.statement is not None
    assert found.statement.decisive == said[-1]


@pytest.mark.parametrize(
    "line",
    [
        "ERROR: POST /orders responded 500 in 112.1 ms",
        "ERROR: Internal Server Error",
        "shop.web.InternalServerErrorException: HTTP 500 Internal Server Error",
        "ERROR: rpc error: code = Internal desc = internal error",
        "2031-04-05T06:00:00.121Z ERROR shop::trace: response failed status=500 latency=41 ms",
        "ERROR: [web] request_finished",
        "ERROR: Returning 500 to the client",
        "ERROR: request c41d90be7f52 failed",
        "ERROR: GET /orders 500 id=ab41c9d0-5d1e-4f5e-9d0a-71c64e0f2b3d",
    ],
)
def test_line_that_only_says_that_the_request_failed_goes_behind_the_reason(line: str) -> None:
    failed = request(0, "/orders", 500, trace="a1")
    restating = printed(0.09, line, trace="a1")
    assert decisive(explained(failed, restating)) == line
    for reason in (BROKEN, "WARN: the tariff is missing", "the tariff cannot be read"):
        assert decisive(explained(failed, printed(0.05, reason, trace="a1"), restating)) == reason
        assert decisive(explained(failed, printed(0.05, reason), restating)) == reason


def test_warning_goes_before_a_line_that_only_says_that_the_request_failed() -> None:
    warning = printed(0.05, "WARN: the tariff is an old one", trace="a1")
    restating = printed(0.09, "ERROR: Internal Server Error", trace="a1")
    found = explained(request(0, "/orders", 500, trace="a1"), warning, restating)
    assert decisive(found) == "WARN: the tariff is an old one"


@pytest.mark.parametrize(
    "line",
    [
        "ERROR: request timed out",
        "ERROR: time out",
        "ERROR: unknown method",
        "ERROR: request facade failed",
        "ERROR: GET /orders failed: lock held",
        "TillError: 500",
        "ERROR: Internal Server Error for url: https://till.example/v1",
        "Till::Error (no such region):",
        "[]",
    ],
)
def test_line_that_says_more_than_that_the_request_failed_does_not_restate_it(line: str) -> None:
    assert not restates(line)


def test_complaint_beside_a_general_exception_of_one_statement_decides() -> None:
    text = "[orders] error: tariff lost\n  InternalServerError: Internal Server Error\n      at throw (/srv/a.js:9:1)"
    assert find_decisive_line(text).text == "[orders] error: tariff lost"
