"""Recorded runs of the real validator and documented incidents, in every format.

They are stored beside the project. Without them these tests are skipped.
"""

import gzip
import importlib.util
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from triage import pipeline
from triage.models import Coverage, Record, Run, Source
from triage.pipeline import Analysis

SHARED = Path(__file__).resolve().parents[2] / "shared"
SCENARIOS, INCIDENTS = SHARED / "scenarios", SHARED / "incidents"

pytestmark = pytest.mark.skipif(
    not SCENARIOS.is_dir(), reason="the recorded runs do not lie beside the project"
)

Log = dict[str, Any]


def expected(folder: Path) -> dict[str, Any]:
    """Return the expected result of each recording."""
    file = folder / "expected.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


CASES, KNOWN_INCIDENTS = expected(SCENARIOS), expected(INCIDENTS)
#: Each run once: names with a variant are the same run in another form.
BASES = [name for name, case in CASES.items() if "variant" not in case]


@cache
def scorer(name: str) -> ModuleType:
    """Return the module that compares documents with the expected ones."""
    spec = importlib.util.spec_from_file_location(name, SHARED / "score" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def packs() -> list[Any]:
    return pipeline.load_packs()


def walk(value: Any) -> Iterator[Log]:
    """Yield every LogEntry inside a JSON value."""
    if isinstance(value, dict) and ("insertId" in value or "insert_id" in value):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from walk(inner)


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


def logs(name: str) -> list[Log]:
    """Return the entries of a recording, oldest first."""
    path = SCENARIOS / "logs" / CASES[name]["file"]
    text = text_of(path)
    value = [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else json.loads(text)
    return sorted(walk(value), key=lambda log: log["timestamp"])


def analyze(*entries: Log) -> Analysis:
    """Return the analysis of entries."""
    records = (Record(json.dumps(log).encode(), Source("export", n)) for n, log in enumerate(entries, 1))
    return pipeline.analyze(records, packs=packs())


def read(*files: Path) -> Analysis:
    """Return the analysis of files."""
    return pipeline.analyze(files, packs=packs())


@cache
def analyze_recording(name: str) -> Analysis:
    """Return the analysis of a recording."""
    return analyze(*logs(name))


def runs_of(analysis: Analysis) -> bytes:
    return msgspec.json.encode(analysis.timeline.runs)


def lossless_part(analysis: Analysis) -> list[tuple[Any, ...]]:
    """Return what a lossy format keeps: verdict, checks, conditions, answer."""
    said = [
        (run.kind, run.verdict, run.condition, run.failed_checks, run.noncritical_failed, run.tolerated)
        for run in analysis.timeline.runs
    ]
    incidents = [(incident.cause, incident.check) for incident in analysis.diagnosis.incidents]
    return [*said, (analysis.diagnosis.verdict, *incidents)]


def adds_up(coverage: Coverage) -> bool:
    """Return whether every record is counted exactly once."""
    parts = coverage.broken + coverage.joined + coverage.outside + coverage.skipped + coverage.duplicate
    return (
        coverage.records == parts + coverage.entries
        and coverage.entries == coverage.matched + coverage.unmatched
    )


# ---------------------------------------------------------------- what is known of them


@pytest.mark.parametrize("name", CASES)
def test_recorded_run_has_the_verdict_of_the_validator(name: str) -> None:
    found = read(SCENARIOS / "logs" / CASES[name]["file"])
    assert scorer("score").differences(msgspec.to_builtins(found.timeline), CASES[name]) == []
    assert adds_up(found.timeline.coverage)


@pytest.mark.parametrize("name", KNOWN_INCIDENTS)
def test_documented_incident_is_diagnosed_correctly(name: str) -> None:
    found = read(INCIDENTS / "logs" / KNOWN_INCIDENTS[name]["file"])
    assert scorer("incidents").faults(msgspec.to_builtins(found.diagnosis), KNOWN_INCIDENTS[name]) == []
    assert adds_up(found.diagnosis.coverage)


# ---------------------------------------------------------------- lossless forms: the same bytes


def escaped(entries: list[Log]) -> str:
    """Return JSON lines in which every letter of a message is escaped."""
    lines = []
    for log in entries:
        message = log["jsonPayload"]["message"]
        letters = "".join(
            f"\\u{ord(letter):04x}" if letter.isalpha() and letter.isascii() else json.dumps(letter)[1:-1]
            for letter in message
        )
        lines.append(json.dumps(log).replace(json.dumps(message), f'"{letters}"'))
    return "\n".join(lines)


def wrapped(entries: list[Log]) -> str:
    """Return a collecting script's wrapper: times with offsets, null fields."""
    absent = dict.fromkeys(["textPayload", "httpRequest", "trace"])
    raw = [{**absent, **log, "timestamp": log["timestamp"].replace("Z", "+00:00")} for log in entries]
    return json.dumps({"total_logs": len(raw), "logs_by_severity": {"INFO": len(raw)}, "raw_logs": raw})


NAMES = {"insertId": "insert_id", "jsonPayload": "json_payload", "textPayload": "text_payload", "httpRequest": "http_request", "logName": "log_name"}  # fmt: skip


def by_severity(entries: list[Log]) -> str:
    """Return a dump of the Python client's entries, grouped by severity."""
    sorted_in: dict[str, list[Log]] = {}
    for log in entries:
        snake = {NAMES.get(key, key): value for key, value in log.items() if key != "receiveTimestamp"}
        sorted_in.setdefault(log.get("severity", "DEFAULT"), []).append(snake)
    return json.dumps({"collection_time": "2026-03-01T08:00:00", "logs_by_severity": sorted_in})


FORMS: dict[str, Callable[[list[Log]], bytes]] = {
    "gcloud, newest first": lambda entries: json.dumps(entries[::-1], indent=2).encode(),
    "compact": lambda entries: json.dumps(entries, separators=(",", ":"), ensure_ascii=False).encode(),
    "JSON lines": lambda entries: "\n".join(map(json.dumps, entries)).encode(),
    "CRLF and a mark": lambda entries: "\r\n".join(map(json.dumps, entries)).encode("utf-8-sig"),
    "UTF-16": lambda entries: json.dumps(entries, ensure_ascii=False).encode("utf-16"),
    "gzip": lambda entries: gzip.compress(json.dumps(entries).encode(), 1, mtime=0),
    "escaped letters": lambda entries: escaped(entries).encode(),
    "wrapper": lambda entries: wrapped(entries).encode(),
    "snake case by severity": lambda entries: by_severity(entries).encode(),
    "an offset": lambda entries: json.dumps([{**log, "timestamp": in_another_zone(log["timestamp"])} for log in entries]).encode(),
}  # fmt: skip


def in_another_zone(timestamp: str) -> str:
    """Return a time in a zone five and a half hours ahead."""
    moment = datetime.fromisoformat(timestamp[:26].rstrip("Z")) + timedelta(hours=5, minutes=30)
    return moment.isoformat(timespec="microseconds") + "+05:30"


@pytest.mark.parametrize("form", FORMS)
def test_the_runs_are_the_same_bytes_in_every_lossless_form(form: str, tmp_path: Path) -> None:
    for name in BASES[::4]:
        file = tmp_path / f"{name}.export"
        file.write_bytes(FORMS[form](logs(name)))
        found = read(file)
        assert runs_of(found) == runs_of(analyze_recording(name)), name
        assert adds_up(found.timeline.coverage)


@pytest.mark.parametrize("seed", range(2))
def test_the_runs_are_the_same_bytes_under_shuffle_and_duplication(seed: int) -> None:
    chance = random.Random(seed)
    for name in BASES[seed::2]:
        entries = logs(name)
        doubled = entries + chance.choices(entries, k=len(entries))
        chance.shuffle(doubled)
        found = analyze(*doubled)
        assert runs_of(found) == runs_of(analyze_recording(name)), name
        assert adds_up(found.timeline.coverage)
        assert found.timeline.coverage.entries == analyze_recording(name).timeline.coverage.entries


def test_the_runs_are_the_same_bytes_split_over_files_that_overlap(tmp_path: Path) -> None:
    for name in BASES[::3]:
        entries = logs(name)
        third = len(entries) // 3
        parts = [tmp_path / f"{name}.{n}.json" for n in range(3)]
        for part, piece in zip(
            parts, (entries[2 * third :], entries[: third + 2], entries[third : 2 * third + 1]), strict=True
        ):
            part.write_text(json.dumps(piece), encoding="utf-8")
        assert runs_of(read(*parts)) == runs_of(analyze_recording(name)), name


# ---------------------------------------------------------------- lossy forms: the same answer


EMOJI = re.compile(r"\[?[^\x00-\x7F]+\]?")


def messages(entries: list[Log], change: Callable[[str], str]) -> list[Log]:
    """Return the entries with their messages changed."""
    return [
        {**log, "jsonPayload": {**log["jsonPayload"], "message": change(log["jsonPayload"]["message"])}}
        if "jsonPayload" in log
        else log
        for log in entries
    ]


def as_text(entries: list[Log], line: str) -> list[Log]:
    """Return the entries as loguru lines without severity."""
    made = []
    for log in entries:
        payload = log["jsonPayload"]
        labels = payload["labels"]
        text = line.format(
            severity=log["severity"], **labels, message=payload["message"].replace("\\n", "\n")
        )
        made.append(
            {key: value for key, value in log.items() if key not in ("jsonPayload", "severity")}
            | {"textPayload": text}
        )
    return made


def to_stdout(entries: list[Log]) -> list[Log]:
    """Return the entries as the stdout logger of the service writes them."""
    bogus = {"type": "str", "message": "Missing field", "severity": "ERROR", "traceback": ""}
    return [
        {**log, "jsonPayload": {"message": log["jsonPayload"]["message"].strip(), "logger": log["jsonPayload"]["labels"]["module"], "error": bogus}}
        for log in entries
    ]  # fmt: skip


PLAIN = "2025-09-16 18:00:02.563 | {severity:<8} | {module}:{function}:{line} | <white>{message}</white>"
ANSI = "\x1b[32m2025-09-16 18:00:02.563\x1b[0m | \x1b[1m{severity:<8}\x1b[0m | \x1b[36m{module}\x1b[0m:\x1b[36m{function}\x1b[0m:\x1b[36m{line}\x1b[0m | \x1b[1m{message}\x1b[0m"
LOSSY: dict[str, Callable[[list[Log]], list[Log]]] = {
    "question marks": lambda entries: messages(entries, lambda text: EMOJI.sub("?", text)),
    "bracketed question marks": lambda entries: messages(entries, lambda text: EMOJI.sub("[?]", text)),
    "bracketed code points": lambda entries: messages(entries, lambda text: EMOJI.sub(lambda m: f"[U+{ord(m[0].strip('[')[0]):X}]", text)),
    "mojibake": lambda entries: messages(entries, lambda text: text.encode().decode("cp1252", "replace")),
    "Latin mojibake": lambda entries: messages(entries, lambda text: text.encode().decode("latin-1")),
    "loguru": lambda entries: as_text(entries, PLAIN),
    "loguru in colors": lambda entries: as_text(entries, ANSI),
    "the other payload": to_stdout,
    "milliseconds": lambda entries: [{**log, "timestamp": log["timestamp"][:23] + "Z"} for log in entries],
    "without severity": lambda entries: [{key: value for key, value in log.items() if key != "severity"} for log in entries],
    "without receipt, trace and labels of the deployment": lambda entries: [
        {**{key: value for key, value in log.items() if key not in ("receiveTimestamp", "trace", "spanId")}, "labels": {"instanceId": log["labels"]["instanceId"]}}
        for log in entries
    ],
}  # fmt: skip


@pytest.mark.parametrize("form", LOSSY)
def test_lossy_forms_agree_in_verdict_checks_and_condition(form: str) -> None:
    for name in BASES[::2]:
        assert lossless_part(analyze(*LOSSY[form](logs(name)))) == lossless_part(analyze_recording(name)), (
            name
        )


# ---------------------------------------------------------------- cut, mixed and overlapping


def test_cut_run_never_claims_more_than_the_whole_one() -> None:
    for name in (name for name in BASES[::2] if "runs" not in CASES[name]):
        entries, whole = logs(name), analyze_recording(name)
        kinds = Counter(run.kind for run in whole.timeline.runs)
        failed = {check for run in whole.timeline.runs for check in run.failed_checks}
        for cut in range(1, len(entries), 5):
            for part in (entries[cut:], entries[:cut]):
                for run in analyze(*part).timeline.runs:
                    assert kinds[run.kind], (name, cut)
                    assert set(run.failed_checks) <= failed, (name, cut)
                    assert run.verdict in {
                        "unknown",
                        "ready",
                        *(whole_run.verdict for whole_run in whole.timeline.runs),
                    }
                    assert run.verdict != "ready" or "not_ready" not in {
                        r.verdict for r in whole.timeline.runs
                    }, (name, cut)


@pytest.mark.skipif(not (SHARED / "exports").is_dir(), reason="the exports do not lie beside the project")
def test_the_noise_of_another_incident_changes_no_run() -> None:
    noise = list(walk(json.loads(text_of(SHARED / "exports" / "boot-loop.gcloud-list.json"))))[:150]
    others = [run.id for run in analyze(*noise).timeline.runs]
    for name in BASES[::5]:
        mixed = analyze(*logs(name), *noise).timeline.runs
        assert [run for run in mixed if run.id not in others] == analyze_recording(name).timeline.runs, name


def beside(first: list[Log], second: list[Log], offset: float) -> list[Log]:
    """Return two recordings on one instance, the second some seconds later."""
    begin = datetime.fromisoformat(first[0]["timestamp"]) + timedelta(seconds=offset)
    shift = begin - datetime.fromisoformat(second[0]["timestamp"])
    place = {key: first[0][key] for key in ("labels", "resource")}
    moved = []
    for log in second:
        timestamp = (datetime.fromisoformat(log["timestamp"]) + shift).isoformat(timespec="microseconds")
        moved.append({**log, **place, "timestamp": timestamp, "insertId": f"b{log['insertId']}"})
    return [*first, *moved]


WHOLE = [
    "all_ready_staging", "supervisor_missing_staging", "database_unavailable_production", "deps_all_down_staging",
    "phase_stuck_init_staging", "phase_unknown_production", "phase_progress_production", "injected_error_staging",
]  # fmt: skip


@pytest.mark.parametrize("first", WHOLE)
def test_runs_that_overlap_keep_their_verdicts_and_what_failed(first: str) -> None:
    def certain(run: Run) -> tuple[Any, ...]:
        return (run.verdict == "not_ready", run.condition, tuple(run.failed_checks))

    for second in WHOLE:
        for offset in (0.013, 0.31):
            found = analyze(*beside(logs(first), logs(second), offset)).timeline.runs
            want = Counter(
                certain(run) for name in (first, second) for run in analyze_recording(name).timeline.runs
            )
            assert Counter(map(certain, found)) == want, (second, offset)
            together = found[1].started <= found[0].ended
            assert [run.overlaps for run in found] == [together, together]


def test_runs_one_after_another_on_one_instance_are_those_of_each_alone() -> None:
    for first, second in pairwise(WHOLE):
        found = analyze(*beside(logs(first), logs(second), 60)).timeline.runs
        alone = [run for name in (first, second) for run in analyze_recording(name).timeline.runs]
        assert [(run.verdict, run.failed_checks, run.overlaps) for run in found] == [
            (run.verdict, run.failed_checks, False) for run in alone
        ]
