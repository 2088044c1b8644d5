"""Identifiers are found where they tell messages of one kind apart, and nothing else is taken for one."""

import pytest

from triage.text import split_at_identifiers


@pytest.mark.parametrize(
    "identifier",
    ["3f2a90bc41de", "3F2A90BC41DE", "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d", "a1" * 32],
)
def test_identifier_is_found_between_other_words(identifier: str) -> None:
    assert split_at_identifiers(f"order {identifier}: no price") == (["order ", ": no price"], [identifier])


@pytest.mark.parametrize(
    "text",
    [
        "status 503 after 30001 ms",
        "1700000000123 bytes",
        "effaced defaced facade",
        "sha256 of x86_64",
        "3f2a90bc",
        "job_3f2a90bc41de_2",
        "-49746966-2245-7ea9-173a-045d6fde4e71",
        "offset -49746966-2245-7ea9-173a-045d6fde4e71",
    ],
)
def test_other_words_and_numbers_are_no_identifiers(text: str) -> None:
    assert split_at_identifiers(text) == ([text], [])
