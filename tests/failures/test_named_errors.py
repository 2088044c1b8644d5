"""Titles that name the error itself, and not only that there was one."""

import pytest

from tests.failures.entries import diagnose, lines, printed, request, started
from tests.failures.test_incidents import failed_start, only


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "thread 'main' panicked at src/main.rs:41:18:\ncalled `Result::unwrap()` on an `Err` value: Status(403)",
            "Status(403)",
        ),
        (
            'StandardError: An error has occurred, this and all later migrations canceled:\n\nPG::DuplicateTable: ERROR:  relation "tariffs" already exists',
            'relation "tariffs" already exists',
        ),
    ],
)
def test_title_names_the_error_and_not_only_that_there_was_one(text: str, said: str) -> None:
    for rows in (lines(2, text), [printed(2, text)]):
        assert said.replace("`", "'") in only(diagnose(failed_start(0, *rows))).title


def test_title_of_an_unknown_error_has_no_room_for_its_prefix() -> None:
    prefix = "[Sat Apr 05 06:07:08.123456 2031] [wsgi:error] [pid 12:tid 140] [remote 169.254.169.126:41022] "
    (incident,) = diagnose([printed(1, f"{prefix}tariffs of region 9 are lost", severity="ERROR")]).incidents
    assert incident.title == "Unknown error: tariffs of region 9 are lost"


KERNEL_PID = "Kernel pid terminated (application_controller) ({application_start_failure,shop,{{shutdown,{failed_to_start_child,'Elixir.Shop.Tariffs',{{badmatch,{error,enoent}},[...]}}},{'Elixir.Shop.Application',start,[normal,[]]}}})"


def test_title_has_room_for_the_part_of_an_application_in_erlang_that_did_not_start() -> None:
    title = only(diagnose(failed_start(0, printed(2, KERNEL_PID)))).title
    assert "failed_to_start_child,'Elixir.Shop.Tariffs',{{badmatch,{error,enoent}}" in title


def test_root_cause_below_a_message_of_tomcat_is_recognized_without_that_message() -> None:
    said = "Servlet.service() threw exception [failed: java.lang.IllegalStateException: no price] with root cause\n\norg.example.TariffGone: region 9\n\tat org.example.A.b(A.java:1)"
    for rows in (lines(10.02, said), [printed(10.02, said)]):
        assert "TariffGone: region 9" in only(diagnose([*started(0), request(10, "/", 500), *rows])).title
