"""Report options: the business impact and the zone of local times."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CASE = Path(__file__).parents[1] / "cases" / "check-redis" / "entries.jsonl"
Call = Callable[..., Any]


def test_impact_is_in_the_report_with_secrets_masked(call: Call) -> None:
    printed = call(
        "report", CASE, "--template", "remediation", "--impact", "Checkout was down for ada@example.org"
    ).out
    assert "Checkout was down for `<email-1>`" in printed
    assert "business impact: unknown" in call("report", CASE, "--template", "remediation").out


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


def test_claims_are_shown_with_their_lines_a_link_and_one_filter(call: Call) -> None:
    printed = call("report", CASE, "--template", "remediation").out
    evidence = printed.partition("## Evidence")[2].partition("\n## ")[0]
    assert "| Time (UTC) | Local time | Message | insertId |" in evidence
    assert evidence.count("in Logs Explorer:") == 1
    assert "https://console.cloud.google.com/logs/query" in evidence


def test_attach_and_fetch_take_the_templates_of_report(call: Call) -> None:
    ticket = call("attach", CASE, "--create", "--dry-run").out
    assert "## Mitigation and rollback" not in ticket
    attached = call("attach", CASE, "--create", "--dry-run", "--template", "remediation").out
    assert "## Mitigation and rollback" in attached
    refused = call("fetch", "--service", "shop", "--template", "remediation")
    assert refused.status == 2
    assert "--template is for --report" in refused.err
