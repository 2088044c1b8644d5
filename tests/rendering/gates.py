"""Invented gate results, and a parser of runner commands in printed text."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from tests.rendering.conftest import NEW, OLD, SERVICE, evidence
from triage.models import Baseline, Coverage, Criterion, Evidence, Gate, Rollback, RollbackStep

NAMES = [
    "ready",
    "boots_ready",
    "critical_checks",
    "boot_failures",
    "connections",
    "new_errors",
    "whole_logs",
]
TOKEN = "Bearer abcdefghijklmnopqrstuvwxyz0123456789"


def criterion(name: str, outcome: str, says: str, measured: str, **fields: Any) -> Criterion:
    given = {"id": name, "need": "required", "outcome": outcome, "says": says, "measured": measured}
    return msgspec.convert(given | fields, Criterion)


def coverage() -> Coverage:
    return Coverage(
        files=["exports/day.json"],
        forms=["JSON array"],
        first="2026-03-17T13:05:00.000000Z",
        last="2026-03-17T14:27:25.353000Z",
        records=397,
        entries=397,
        matched=280,
        unmatched=117,
        services={SERVICE: 397},
    )


def failed() -> Gate:
    """Return the gate of a revision that cannot boot, with an older good one."""
    lines = [
        evidence(
            1,
            "Traceback (most recent call last):\n  File x\nModuleNotFoundError: No module named 'orders'",
            count=4,
        ),
        evidence(2, "GET /ws 503", severity="ERROR"),
        evidence(3, f"Cannot ship order 17: {TOKEN}", severity="ERROR", insert_id=""),
    ]
    return Gate(
        status="failed",
        why="3 of 7 criteria failed: ready, connections, new_errors",
        service=SERVICE,
        revision=NEW,
        project="demo-project",
        location="us-central1",
        environment="staging",
        verdict="not_ready",
        baseline=Baseline(name="exports/before.json", kind="export", revision=OLD),
        criteria=[
            criterion(
                "ready",
                "failed",
                "the diagnosis calls the revision ready or degraded",
                "it calls it not ready; the boot that ended at 2026-03-17T14:01:59.101000Z failed",
                evidence=["E1"],
            ),
            criterion(
                "boots_ready",
                "not_measured",
                "every boot is ready within 120 s",
                "1 boot under way",
                at_least=1.0,
            ),
            criterion(
                "critical_checks", "met", "no critical check fails", "none failed in 3 validations", value=0.0
            ),
            criterion("boot_failures", "met", "no boot fails", "0 of 2 boots failed", value=0.0, at_most=0.0),
            criterion(
                "connections",
                "failed",
                "at least 95 % of the WebSocket connections are opened",
                "2 of 10 WebSocket connections were opened (101)",
                need="optional",
                value=0.2,
                at_least=0.95,
                evidence=["E2"],
            ),
            criterion(
                "new_errors",
                "failed",
                "no error pattern is new to the baseline",
                f"1 error pattern that {OLD} does not have",
                value=1.0,
                at_most=0.0,
                evidence=["E3"],
            ),
            criterion("whole_logs", "met", "no part of the logs is missing", "397 records read, no gap"),
        ],
        evidence=lines,
        rollback=Rollback(
            last_good=OLD,
            steps=[
                RollbackStep(
                    "Find the last revision that was ready, and send all traffic to it.",
                    [
                        (
                            f"gcloud run services update-traffic {SERVICE} --to-revisions={OLD}=100 "
                            "--region=us-central1 --project=PROJECT"
                        )
                    ],
                ),
                RollbackStep(
                    "Traffic that is pinned to a revision stays pinned.",
                    [
                        (
                            f"gcloud run services update-traffic {SERVICE} --to-latest --region=us-central1 "
                            "--project=PROJECT"
                        )
                    ],
                ),
            ],
            missing=["PROJECT"],
        ),
        coverage=coverage(),
    )


def passed() -> Gate:
    """Return the gate of a passing revision."""
    measured_values = {
        "ready": "it calls it ready; the readiness validation that ended at 2026-03-17T14:13:40.643584Z passed",
        "boots_ready": "2 of 2 boots became ready within 120 s, the slowest in 11.24 s",
        "connections": "10 of 10 WebSocket connections were opened (101)",
    }
    return _without_failures(
        "passed",
        "the revision is ready and meets 6 of 7 criteria; optional and not measured: new_errors",
        "ready",
        {name: ("met", measured_values.get(name, "")) for name in NAMES if name != "new_errors"},
    )


def inconclusive() -> Gate:
    """Return the gate of a revision with too little data."""
    measured_values = {
        "ready": "it calls it inconclusive; no run in these logs says whether it is ready",
        "boots_ready": "1 boot under way",
        "critical_checks": "no validation of this revision has a verdict in the logs",
        "boot_failures": "no boot of this revision has an end in the logs",
        "whole_logs": "something is: limit suspected once",
    }
    return _without_failures(
        "inconclusive",
        "5 of 7 criteria required, but not measured: ready, boots_ready, critical_checks, boot_failures, "
        "whole_logs",
        "inconclusive",
        {"connections": ("met", "3 of 3 WebSocket connections were opened (101)")}
        | {name: ("not_measured", printed) for name, printed in measured_values.items()},
    )


def _without_failures(status: str, why: str, verdict: str, outcomes: dict[str, tuple[str, str]]) -> Gate:
    """Return a gate with the given outcomes and no measure of new errors."""
    outcomes |= {"new_errors": ("not_measured", "no baseline was named: --baseline")}
    criteria = [
        msgspec.structs.replace(
            found,
            outcome=outcomes[found.id][0],
            measured=outcomes[found.id][1] or found.measured,
            need="optional" if found.id in ("connections", "new_errors") else "required",
            value=None,
            evidence=[],
        )
        for found in failed().criteria
    ]
    return msgspec.structs.replace(
        failed(),
        status=status,
        why=why,
        verdict=verdict,
        criteria=criteria,
        baseline=None,
        evidence=[],
        rollback=None,
    )


def poisoned(gate: Gate, change: Callable[[str], str]) -> Gate:
    """Return the gate with a text in every field that a log can fill."""
    lines: list[Evidence] = [
        msgspec.structs.replace(
            line,
            message=change(line.message),
            insert_id=change(line.insert_id),
            instance=change(line.instance),
        )
        for line in gate.evidence
    ]
    criteria = [msgspec.structs.replace(found, measured=change(found.measured)) for found in gate.criteria]
    return msgspec.structs.replace(
        gate,
        service=change(gate.service),
        revision=change(gate.revision),
        why=change(gate.why),
        criteria=criteria,
        evidence=lines,
    )


class Command(NamedTuple):
    """A command that the runner finds in a line."""

    name: str
    title: str
    message: str


def find_commands(printed: str) -> list[Command]:
    """Return the commands that GitHub Actions finds in the output of a step.

    ``::name key=value::message`` at the beginning of a line, white space before it left out, else
    ``##[name]message`` anywhere in it.
    """
    found = []
    for line in re.split(r"\r\n|\r|\n", printed):
        if modern := re.match(r"::([^ :]*)(?: (.*?))?::(.*)", line.lstrip()):
            title = re.search(r"title=([^,]*)", modern[2] or "")
            found.append(Command(modern[1], _plain(title[1]) if title else "", _plain(modern[3])))
        elif older := re.search(r"##\[([^\]]*)\](.*)", line):
            found.append(Command(older[1], "", older[2]))
    return found


def _plain(text: str) -> str:
    for escaped, plain in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(escaped, plain)
    return text


#: What a log may hold to make a build system obey it, or to break out of XML.
ATTACKS = [
    "\n::error::forged", "\r::stop-commands::token", "  ::add-mask::a", "##[error]forged", "##vso[task.complete result=Succeeded]", "::",
    "%0A::error::forged", "%", "]]>", "</failure><testcase/>", "&lt;", "<!-- ", "<![CDATA[", '"\'', "\x00\x08\x1b[2J", "\ufffe\uffff\ud800",
    "\u2028::notice::x", "\x85::notice::x", "\x0b::notice::x", "title=x,file=/etc/passwd::", "@octocat", "```\n# forged", "|a|b|",
]  # fmt: skip
