"""What to fetch next: the query finds the lines that it is about."""

from typing import Any

import pytest

from tests.failures.entries import diagnose, log, printed, request, started, system
from triage import lql
from triage.cli.screens.next_commands import suggest_commands
from triage.models import Diagnosis

REFUSED = "Error: connect ECONNREFUSED 10.2.0.4:5432"


def finds(found: Diagnosis, entry: dict[str, Any]) -> bool:
    assert found.next is not None
    return lql.evaluate(lql.parse(found.next.filter), entry)


def of_database(at: float) -> dict[str, Any]:
    entry = log(at, "cloudsql.googleapis.com/postgres.log", textPayload="FATAL: the database is starting up")
    entry["resource"] = {"type": "cloudsql_database", "labels": {"database_id": "demo-project:orders"}}
    return entry


def test_query_for_the_log_of_a_database_finds_it() -> None:
    rows = [
        row
        for n in range(6)
        for row in (
            request(10 + n, "/orders", 500, trace=f"a{n}"),
            printed(10.02 + n, REFUSED, trace=f"a{n}"),
        )
    ]
    found = diagnose([*started(0), *rows])
    assert found.next is not None
    assert "cloudsql_database" in found.next.filter
    assert finds(found, of_database(12))


@pytest.mark.parametrize(
    ("resource", "kind"),
    [("cloud_run_revision", "service"), ("cloud_run_job", "job"), ("cloud_function", "function")],
)
def test_workload_is_fetched_by_its_own_resource(resource: str, kind: str) -> None:
    at = {"kind": resource, "service": "nightly", "revision": "nightly-x2b7q"}
    found = diagnose([printed(2, "connecting", **at)])
    assert found.verdict == "inconclusive"
    assert finds(found, system(2.8, "Starting new instance.", **at))
    assert [state.kind for state in found.services] == [kind]
    assert f"--{kind} nightly" in suggest_commands(found, ["logs.json"])[0]
