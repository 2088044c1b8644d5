"""Titles that name the error itself, and not only that there was one."""

import pytest

from tests.failures.entries import diagnose, lines, printed
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
