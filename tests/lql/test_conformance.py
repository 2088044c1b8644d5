"""Conformance with Google's documentation: one case per filter."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from triage import lql

FILES = sorted(Path(__file__).with_name("cases").glob("*.toml"))


def cases() -> list[Any]:
    """Return every case of every file with the statement that it rests on."""
    found = []
    for file in FILES:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        for statement in document["statement"]:
            for number, case in enumerate(statement["cases"], 1):
                rest = {"page": document["page"], "section": document["section"], "says": statement["says"]}
                name = f"{file.stem}: {statement['says']} #{number}"
                found.append(pytest.param({**rest, **case}, id=name))
    return found


CASES = cases()


@pytest.mark.parametrize("case", CASES)
def test_the_filter_does_what_the_documentation_says(case: dict[str, Any]) -> None:
    text = case["filter"]
    if "error" in case:
        with pytest.raises(lql.FilterError) as caught:
            lql.evaluate(lql.parse(text), json.loads(case.get("entry", "{}")))
        assert case["error"] in str(caught.value)
        assert caught.value.column == case.get("column", caught.value.column)
    elif "same_as" in case:
        assert lql.parse(text) == lql.parse(case["same_as"])
    else:
        entry = json.loads(case["entry"])
        assert lql.matcher(text)(entry) is case["matches"]
        assert lql.evaluate(lql.parse(lql.format(lql.parse(text))), entry) is case["matches"]


def test_there_are_200_cases_and_each_cites_its_source() -> None:
    assert len(CASES) >= 200
    for case in CASES:
        (given,) = case.values
        assert given["page"]
        assert given["section"]
        assert given["says"].endswith(".")
        assert len({"error", "same_as", "matches"} & set(given)) == 1


def test_no_case_is_duplicated() -> None:
    given = [
        (case.values[0]["filter"], case.values[0].get("entry"), case.values[0].get("same_as"))
        for case in CASES
    ]
    assert len(set(given)) == len(given)
