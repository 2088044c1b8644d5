"""The stages in sequence: the same result from files, records and selections."""

import json
from pathlib import Path

import msgspec
import pytest
from freezegun import freeze_time

from tests.runs.logs import (
    PACKS,
    Log,
    at,
    export,
    log_line,
    platform,
    records,
    rejected,
    request,
    text_line,
    validation,
)
from triage import pipeline
from triage.errors import BadDataError, IOFailureError, UsageError
from triage.models import Coverage, Entry
from triage.pipeline import Selection, record_sources
from triage.rendering.links import parse_logs_explorer_url
from triage.text import quote
from triage.window import parse_timestamp

OLD, NEW = "netra-backend-staging-00041-kqx", "netra-backend-staging-00042-abc"


@pytest.fixture
def logs() -> list[Log]:
    """Return an export of two services, revisions and instances with other lines."""
    chatter = [log_line(n / 7, f"Order {n} was kept", "shop.orders") for n in range(40)]
    auth = [
        text_line(
            5,
            "Booting worker with pid: 7",
            service="netra-auth-service",
            revision="auth-00001-abc",
            instance="a1",
        )
    ]
    return export(
        validation(0, down=["agent_supervisor"], revision=OLD),
        validation(60, revision=NEW, instance="i2"),
        rejected(90, path="/ws/health", revision=NEW, instance="i2"),
        request(90.002, "/ws/health", 503, revision=NEW, instance="i2"),
        chatter,
        auth,
    )


def analyze(logs: list[Log], **selection: object) -> pipeline.Analysis:
    """Return the analysis of a selection of an export."""
    return pipeline.analyze(iter(records(logs)), packs=PACKS, selection=Selection(**selection))  # type: ignore[arg-type]


def adds_up(coverage: Coverage) -> bool:
    parts = coverage.broken + coverage.joined + coverage.outside + coverage.skipped + coverage.duplicate
    return (
        coverage.records == parts + coverage.entries
        and coverage.entries == coverage.matched + coverage.unmatched
    )


def test_files_and_records_give_the_same_analysis(logs: list[Log], tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    file.write_text(json.dumps(logs), encoding="utf-8")
    read, given = pipeline.analyze([file], packs=PACKS), analyze(logs)
    assert read.timeline.runs == given.timeline.runs
    assert read.diagnosis.incidents == given.diagnosis.incidents
    assert read.timeline.coverage.records == given.timeline.coverage.records == len(logs)


def test_timeline_and_diagnosis_have_the_same_coverage(logs: list[Log]) -> None:
    found = analyze(logs)
    assert found.timeline.coverage == found.diagnosis.coverage
    assert adds_up(found.timeline.coverage)
    assert {run for incident in found.diagnosis.incidents for run in incident.scope.runs} <= {
        run.id for run in found.timeline.runs
    }


def test_without_packs_given_those_that_ship_are_used(logs: list[Log]) -> None:
    assert pipeline.analyze(iter(records(logs))).timeline.runs == analyze(logs).timeline.runs


def test_irrelevant_lines_are_counted_and_do_not_change_the_analysis(
    logs: list[Log], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = analyze(logs)
    assert found.timeline.coverage.skipped == 40
    monkeypatch.setattr("triage.pipeline.analyzer.may_matter", lambda _matcher, _entry: True)
    whole = analyze(logs)
    assert whole.timeline.coverage.skipped == 0
    assert whole.timeline.runs == found.timeline.runs
    assert whole.diagnosis.incidents == found.diagnosis.incidents
    assert whole.diagnosis.services == found.diagnosis.services


def test_runs_come_in_order_of_time(logs: list[Log]) -> None:
    started = [parse_timestamp(run.started) for run in analyze(logs[::-1]).timeline.runs]
    assert started == sorted(started)


@pytest.mark.parametrize(("selection", "count"), [
    ({"revision": (OLD,)}, 1),
    ({"revision": (OLD, NEW)}, 3),
    ({"revision": ("*-abc",)}, 3),
    ({"service": ("netra-backend-*",)}, 3),
    ({"service": ("netra-auth-service",)}, 1),
    ({"instance": ("i2",)}, 2),
    ({"instance": ("i1",), "revision": (NEW,)}, 0),
    ({"since": parse_timestamp(at(50))}, 2),
    ({"until": parse_timestamp(at(50))}, 2),
    ({"since": parse_timestamp(at(50)), "until": parse_timestamp(at(80))}, 1),
    ({"filter": f'resource.labels.revision_name="{NEW}"'}, 2),
    ({"filter": 'jsonPayload.message:"Rejecting" OR severity>=ERROR'}, 1),
])  # fmt: skip
def test_selection_limits_the_entries_and_counts_the_others(
    logs: list[Log], selection: dict[str, object], count: int
) -> None:
    found = analyze(logs, **selection)
    assert len(found.timeline.runs) == count
    assert adds_up(found.timeline.coverage)
    assert found.timeline.coverage.records == len(logs)
    assert found.timeline.coverage.outside > 0


def test_the_window_includes_its_beginning_and_not_its_end() -> None:
    logs = export(platform(n, "Container called exit(3).", instance=f"i{n}") for n in range(5))
    found = analyze(logs, since=parse_timestamp(at(1)), until=parse_timestamp(at(3)))
    assert [run.instance for run in found.timeline.runs] == ["i1", "i2"]
    assert found.timeline.coverage.window_asked == (at(1), at(3))


def test_invalid_filter_is_rejected_before_reading(logs: list[Log]) -> None:
    with pytest.raises(UsageError):
        analyze(logs, filter='resource.type="')


def test_missing_file_and_file_without_entries_are_reported(tmp_path: Path) -> None:
    with pytest.raises(IOFailureError, match=r"none\.json"):
        pipeline.analyze([tmp_path / "none.json"], packs=PACKS)
    other = tmp_path / "other.json"
    other.write_text('{"color": "red"}', encoding="utf-8")
    with pytest.raises(BadDataError, match=r"other\.json"):
        pipeline.analyze([other], packs=PACKS)


@pytest.mark.parametrize("content", ["[]", ""])
def test_an_empty_export_is_no_data(content: str, tmp_path: Path) -> None:
    file = tmp_path / "empty.json"
    file.write_text(content, encoding="utf-8")
    found = pipeline.analyze([file], packs=PACKS)
    assert (found.diagnosis.verdict, found.timeline.runs) == ("no_data", [])


def test_every_line_that_is_cited_links_to_itself(logs: list[Log]) -> None:
    cited = [line for incident in analyze(logs).diagnosis.incidents for line in incident.evidence]
    assert cited
    for line in cited:
        link = parse_logs_explorer_url(line.link)
        assert (link.project, link.insert_id, link.timestamp) == (
            "demo-project",
            line.insert_id,
            line.timestamp,
        )
        assert link.filter == f'insertId="{line.insert_id}"'


def test_an_insert_id_cannot_write_the_filter_of_a_link() -> None:
    hostile = 'x" OR severity>="DEFAULT'
    failed = export(validation(0, down=["agent_supervisor"]))
    logs = [log | {"insertId": f"{hostile}{n}"} for n, log in enumerate(failed)]
    (incident,) = analyze(logs).diagnosis.incidents
    for line in incident.evidence:
        assert parse_logs_explorer_url(line.link).filter == f"insertId={quote(line.insert_id)}"


def test_an_entry_without_a_project_or_an_insert_id_has_a_link_to_its_time_or_none() -> None:
    logs = [
        {key: value for key, value in log.items() if key != "insertId"}
        for log in export(validation(0, down=["agent_supervisor"]))
    ]
    (incident,) = analyze(logs).diagnosis.incidents
    assert {parse_logs_explorer_url(line.link).insert_id for line in incident.evidence} == {""}
    assert not any('insertId=""' in parse_logs_explorer_url(line.link).filter for line in incident.evidence)
    for log in logs:
        log["logName"] = "stderr"
        log["resource"]["labels"].pop("project_id")
    (incident,) = analyze(logs).diagnosis.incidents
    assert {line.link for line in incident.evidence} == {""}


def test_recognize_yields_every_entry_with_its_event(logs: list[Log]) -> None:
    pairs = list(pipeline.recognize(iter(records(logs)), packs=PACKS))
    assert len(pairs) == len(logs)
    assert all(isinstance(entry, Entry) for entry, _ in pairs)
    assert [entry.timestamp for entry, _ in pairs] == sorted(entry.timestamp for entry, _ in pairs)
    assert sum(event is None for _, event in pairs) == 40


def test_analysis_does_not_depend_on_the_clock(logs: list[Log]) -> None:
    with freeze_time("1999-01-01"):
        before = analyze(logs)
    assert before == analyze(logs)


def test_unreadable_payloads_do_not_fail() -> None:
    base = export(validation(0))[0]
    odd: list[object] = [
        None,
        7,
        "text",
        [],
        {},
        {"message": None},
        {"message": {"a": 1}},
        {"message": ["x"]},
        {"message": 1.5},
    ]
    logs = [{**base, "insertId": f"odd{n}", "jsonPayload": payload} for n, payload in enumerate(odd)]
    found = analyze(logs)
    assert found.diagnosis.verdict == "inconclusive"
    assert adds_up(found.diagnosis.coverage)


def test_business_impact_is_the_packs_unless_given() -> None:
    packs = [
        msgspec.structs.replace(pack, impact="Chat is down for all users.") if pack.primary else pack
        for pack in pipeline.load_packs()
    ]
    example = Path(__file__).parents[1] / "examples" / "export.json"
    analysis = pipeline.analyze([example], packs=packs)
    assert "Chat is down for all users." in pipeline.report(analysis, template="remediation")
    assert "Chat is down" not in pipeline.report(analysis, template="remediation", impact="Nobody noticed.")
    assert "business impact: unknown" in pipeline.report(pipeline.analyze([example]), template="remediation")


@pytest.mark.parametrize("late", [0, 1])
def test_late_line_does_not_change_the_analysis(
    logs: list[Log], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: int
) -> None:
    """The file is read again, as it was analyzed while it was read; a small one would be sorted."""
    monkeypatch.setattr(record_sources, "_SMALL", 0)
    many = [
        log_line(200 + n / 7, f"Order {n % 9} is lost", "shop.orders", severity="ERROR") for n in range(4000)
    ]
    ordered = sorted([*logs, *many], key=lambda entry: str(entry["timestamp"]))
    file = tmp_path / "export.jsonl"
    lines = [json.dumps(entry) + "\n" for entry in ordered[late:] + ordered[:late]]
    file.write_text("".join(lines), encoding="utf-8")
    read, given = pipeline.analyze([file], packs=PACKS), analyze(ordered)
    assert read.timeline.runs == given.timeline.runs
    assert read.diagnosis.incidents == given.diagnosis.incidents
    assert read.errors == given.errors
    assert read.timeline.coverage.entries == given.timeline.coverage.entries
