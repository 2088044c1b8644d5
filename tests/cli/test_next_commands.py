from collections.abc import Callable

import msgspec

from triage.cli.screens.next_commands import suggest_commands, suggest_explanation
from triage.models import Coverage, Diagnosis
from triage.pipeline import OnSpark

Diagnosed = Callable[[str], Diagnosis]


def test_next_command_reports_the_incident(diagnosed: Diagnosed) -> None:
    assert suggest_commands(diagnosed("diagnosis-not-ready"), ["day one.json", "b.json"]) == [
        "triage report 'day one.json' b.json -o report.md",
    ]


def test_many_files_are_not_repeated(diagnosed: Diagnosed) -> None:
    assert suggest_commands(diagnosed("diagnosis-not-ready"), [f"{number}.json" for number in range(9)])[
        -1
    ] == ("triage report EXPORT... -o report.md")


def test_packs_are_repeated(diagnosed: Diagnosed) -> None:
    packs = ["my pack.toml", "packs/"]
    assert suggest_commands(diagnosed("diagnosis-not-ready"), ["b.json"], packs) == [
        "triage report b.json --pack 'my pack.toml' --pack packs/ -o report.md",
    ]
    assert (
        suggest_explanation("no-stock", packs)
        == "triage explain no-stock --pack 'my pack.toml' --pack packs/"
    )


def test_spark_engine_is_repeated(diagnosed: Diagnosed) -> None:
    assert suggest_commands(diagnosed("diagnosis-not-ready"), OnSpark(["gs://sink/a b"]))[-1] == (
        "triage report --engine spark 'gs://sink/a b' -o report.md"
    )


def test_inconclusive_logs_suggest_a_fetch(diagnosed: Diagnosed) -> None:
    window = Coverage(
        first="2025-09-16T00:00:00.000000Z", last="2025-09-16T00:10:00.000000Z", records=1, entries=1
    )
    unsettled = msgspec.structs.replace(diagnosed("diagnosis-inconclusive"), coverage=window)
    (command,) = suggest_commands(unsettled, ["a.json"])
    assert command == (
        "triage fetch --service orders-backend-staging --from 2025-09-16T00:00:00.000000Z "
        "--until 2025-09-16T00:10:00.000000Z --widen"
    )


def test_bigquery_table_is_repeated_with_its_bounds(diagnosed: Diagnosed) -> None:
    asked = Coverage(
        window_asked=("2025-09-16T00:00:00.000000Z", "2025-09-16T00:10:00.000000Z"),
        services={"shop": 5, "cart": 1},
    )
    found = msgspec.structs.replace(diagnosed("diagnosis-not-ready"), coverage=asked)
    assert suggest_commands(found, ["bigquery://demo-project.logs._AllLogs"])[-1] == (
        "triage report bigquery://demo-project.logs._AllLogs --service shop --service cart "
        "--since 2025-09-16T00:00:00.000000Z --until 2025-09-16T00:10:00.000000Z -o report.md"
    )


def test_names_from_logs_are_quoted(diagnosed: Diagnosed) -> None:
    state = msgspec.structs.replace(diagnosed("diagnosis-inconclusive").services[0], service="a; rm -rf ~")
    hostile = msgspec.structs.replace(diagnosed("diagnosis-inconclusive"), services=[state])
    assert suggest_commands(hostile, ["a.json"]) == ["triage fetch --service 'a; rm -rf ~'"]


def test_service_without_incident_suggests_the_timeline(diagnosed: Diagnosed) -> None:
    quiet = msgspec.structs.replace(diagnosed("diagnosis-ready"), incidents=[])
    assert suggest_commands(quiet, ["-"]) == ["triage timeline -"]
