"""Report options: the business impact and the zone of local times."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CASE = Path(__file__).parents[1] / "cases" / "check-redis" / "entries.jsonl"
Call = Callable[..., Any]


def test_impact_is_in_the_report_with_secrets_masked(call: Call) -> None:
    printed = call("report", CASE, "--impact", "Checkout was down for ada@example.org").out
    assert "Checkout was down for `<email-1>`" in printed
    assert "Unknown. To add it, use `--impact TEXT`." in call("report", CASE).out


def test_local_times_use_the_machine_zone_or_the_given_one(call: Call) -> None:
    here = call("report", CASE).out
    assert "| Local time |" in here
    assert " PDT |" in here or " PST |" in here
    there = call("report", CASE, "--zone", "Asia/Tokyo").out
    assert " JST |" in there
    assert " PDT |" not in there


def test_html_page_has_local_times(call: Call) -> None:
    assert " JST<" in call("report", CASE, "--zone", "Asia/Tokyo", "--format", "html").out


@pytest.mark.parametrize("name", ["Nowhere/City", "../etc/passwd", "Europe"])
def test_invalid_zone_is_rejected(call: Call, name: str) -> None:
    printed = call("report", CASE, "--zone", name)
    assert printed.status == 2
    assert "is no zone of the IANA list" in printed.err


def test_each_claim_has_its_lines_their_filter_and_a_link(call: Call) -> None:
    printed = call("report", CASE).out
    evidence = printed.partition("## Evidence")[2].partition("\n## ")[0]
    claims = [block for block in evidence.split("<details>") if "<summary>Claim" in block]
    assert claims
    for claim in claims:
        assert "Look for " in claim
        assert "| Time (UTC) | Local time | Instance | Message | insertId |" in claim
        assert "The filter that finds them:" in claim
        assert "insertId=" in claim
        assert "https://console.cloud.google.com/logs/query" in claim
