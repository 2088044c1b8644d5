"""What a report is told beside the logs: the business impact, and where local times are of."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CASE = Path(__file__).parents[1] / "cases" / "check-redis" / "entries.jsonl"
Call = Callable[..., Any]


def test_the_impact_stands_in_the_report_masked(call: Call) -> None:
    said = call("report", CASE, "--impact", "Checkout was down for ada@example.org").out
    assert "Checkout was down for `<email-1>`" in said
    assert "The logs do not show it." in call("report", CASE).out


def test_local_times_are_those_of_this_machine_or_of_the_zone_that_is_named(call: Call) -> None:
    here = call("report", CASE).out
    assert "| Local time |" in here
    assert " PDT |" in here or " PST |" in here
    there = call("report", CASE, "--zone", "Asia/Tokyo").out
    assert " JST |" in there
    assert " PDT |" not in there


def test_the_page_has_local_times_too(call: Call) -> None:
    assert " JST<" in call("report", CASE, "--zone", "Asia/Tokyo", "--format", "html").out


@pytest.mark.parametrize("name", ["Nowhere/City", "../etc/passwd", "Europe"])
def test_a_zone_that_is_none_is_refused(call: Call, name: str) -> None:
    said = call("report", CASE, "--zone", name)
    assert said.status == 2
    assert "is no zone of the IANA list" in said.err


def test_each_claim_has_its_lines_their_filter_and_a_link(call: Call) -> None:
    said = call("report", CASE).out
    evidence = said.partition("## Evidence")[2].partition("\n## ")[0]
    claims = [block for block in evidence.split("<details>") if "<summary>Claim" in block]
    assert claims
    for claim in claims:
        assert "Look for " in claim
        assert "| Time (UTC) | Local time | Instance | Message | insertId |" in claim
        assert "The filter that finds them:" in claim
        assert "insertId=" in claim
        assert "https://console.cloud.google.com/logs/query" in claim
