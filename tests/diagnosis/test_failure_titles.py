"""A quote keeps what a long line says, and loses what only surrounds it."""

import pytest

from tests.failures.entries import diagnose, printed, request, started
from tests.failures.test_incidents import only
from triage.diagnosis.failure_titles import quote_line, quote_message

ADDRESS = "https://storage.googleapis.com/storage/v1/b/media/o/photos%2F2026%2Fa.png?alt=media&generation=17"


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        (
            f"Forbidden: 403 GET {ADDRESS}: Permission denied on the Cloud KMS key of this bucket",
            "`Forbidden: … Permission denied on the Cloud KMS key of this bucket`",
        ),
        (
            f"The request to {ADDRESS} was refused (see {ADDRESS}).",
            "`The request to https://storage.googleapis.com/… was refused (see https://storage.googleapis.com/…).`",
        ),
        (
            f'<HttpError 403 when requesting {ADDRESS} returned "The caller lacks a role">',
            '`<HttpError 403 when requesting https://storage.googleapis.com/… returned "The caller lacks a role">`',
        ),
        (
            "Forbidden: 403 GET https://a.example/b: no access",
            "`Forbidden: 403 GET https://a.example/b: no access`",
        ),
        ("x" * 200, f"`{'x' * 107}…`"),
    ],
)
def test_a_long_line_loses_calls_and_paths_before_its_end(line: str, quoted: str) -> None:
    assert quote_line(line) == quoted


@pytest.mark.parametrize(
    "prefix",
    [
        "",
        "2026-05-12 09:14:20,151 ERROR [main] ",
        "09:14:30.120 [error] ",
        "2026/05/12 09:14:20 [error] 29#29: *41 ",
        "[2026-05-12 09:14:20] production.ERROR: ",
        "[Tue May 12 09:14:20.151231 2026] [php:warn] [pid 31] [client 10.0.0.1:41822] ",
        "[12-May-2026 09:14:03] ERROR: ",
        "[12-May-2026 09:14:03 UTC] ",
        "[2026-05-12T09:14:05,202][ERROR][shop.agent ] ",
        "2026-05-12 09:14:30.1234|ERROR|Shop.Gateway|",
        "2026-05-12 09:14:30.123 | ERROR | shop.gateway:charge:41 | ",
        "2026-05-12 09:14:30.123 | ERROR    | shop.gateway:<module>:41 - ",
    ],
)
def test_title_quotes_a_message_without_what_a_logger_puts_before_it(prefix: str) -> None:
    assert quote_message(f"{prefix}the tariff of region 9 is missing", 100) == (
        "`the tariff of region 9 is missing`"
    )


def test_long_title_keeps_the_variable_that_its_line_ends_with() -> None:
    line = f"ShopError: these variables are {'very ' * 30}much missing: SHOP_KEY"
    assert quote_message(line, 80).endswith(" … SHOP_KEY`")
    assert len(quote_message(line, 80)) <= 80


def test_title_quotes_the_text_in_a_line_of_json() -> None:
    assert quote_message('"message": "the tariff is missing",', 100) == "`the tariff is missing`"
    assert quote_message('"level": "error",', 100) == '`"level": "error",`'


def test_title_has_room_for_the_words_that_a_rule_knows() -> None:
    place = "/cloudsql/demo-project:europe-west9:tariffs-of-all-regions/.s.PGSQL.5432"
    text = f"failed to connect to `user=shop database=shop`: {place}: server error: FATAL: sorry, too many clients already (SQLSTATE 53300)"
    rows = [*started(0), request(10, "/orders", 500), printed(10.05, text, severity="ERROR")]
    title = only(diagnose(rows)).title
    assert "failed to connect to" in title
    assert title.endswith(" … sorry, too many clients already (SQLSTATE 53300)`")
