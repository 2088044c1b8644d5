"""No entry point prints a secret of an export, whichever field holds it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import triage
from tests.redact.canaries import CANARIES, leaks
from triage.cli import main

CASE = Path(__file__).parents[1] / "cases" / "check-redis" / "entries.jsonl"


def field_writer(*path: str) -> Callable[[dict[str, Any], str], None]:
    """Return the function that writes a text into a field of an entry."""

    def write(entry: dict[str, Any], text: str) -> None:
        for key in path[:-1]:
            entry = entry.setdefault(key, {})
        entry[path[-1]] = text

    return write


FIELDS = [
    field_writer("textPayload"),
    field_writer("insertId"),
    field_writer("trace"),
    field_writer("logName"),
    field_writer("labels", "instanceId"),
    field_writer("labels", "note"),
    field_writer("resource", "labels", "service_name"),
    field_writer("resource", "labels", "revision_name"),
    field_writer("resource", "labels", "project_id"),
    field_writer("resource", "labels", "location"),
    field_writer("jsonPayload", "message"),
    field_writer("jsonPayload", "error", "message"),
    field_writer("jsonPayload", "error", "type"),
    field_writer("jsonPayload", "error", "traceback"),
    field_writer("jsonPayload", "logger"),
    field_writer("jsonPayload", "labels", "module"),
    field_writer("jsonPayload", "labels", "function"),
    field_writer("jsonPayload", "context", "name"),
    field_writer("httpRequest", "requestUrl"),
    field_writer("httpRequest", "userAgent"),
    field_writer("httpRequest", "remoteIp"),
    field_writer("protoPayload", "methodName"),
    field_writer("protoPayload", "resourceName"),
    field_writer("protoPayload", "status", "message"),
    field_writer("sourceLocation", "file"),
]


def canary_entries() -> list[dict[str, Any]]:
    """Return a failed validation and, per field, entries with canaries.

    Those that are errors become unknown errors.
    """
    entries = [json.loads(line) for line in CASE.read_text(encoding="utf-8").splitlines()]
    plain = {key: entries[-1][key] for key in ("timestamp", "resource", "labels", "logName")}
    for number, (_, text, _) in enumerate(CANARIES):
        for place, write in enumerate(FIELDS):
            entry = json.loads(json.dumps(plain)) | {"insertId": f"c{number}-{place}"}
            entry["severity"] = "ERROR" if (number + place) % 3 else "INFO"
            if place in (1, 2, 3, 4, 5, 6, 7, 8, 9, 24):
                entry["textPayload"] = f"Worker failed to boot, number {number}"
            if 10 < place < 18:
                entry["jsonPayload"] = {"message": f"ValueError: number {number}"}
            write(entry, text)
            if place in (18, 19, 20):
                entry["httpRequest"] |= {"requestMethod": "GET", "status": 503}
                entry["httpRequest"].setdefault("requestUrl", "https://shop.example/ws")
            entries.append(entry)
    for entry in entries[: len(entries) - len(FIELDS) * len(CANARIES)]:
        texts = [text for _, text, _ in CANARIES]
        if "reason" in json.dumps(entry):
            entry["labels"]["all"] = " ".join(texts)
    return entries


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("planted") / "export.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in canary_entries()), encoding="utf-8")
    return path


def find_leaks(output: str) -> list[str]:
    return [name for name, _, secret in CANARIES if leaks(output, secret)]


def test_the_export_contains_every_canary(export: Path) -> None:
    assert find_leaks(export.read_text(encoding="utf-8")) == [name for name, _, _ in CANARIES]


@pytest.mark.parametrize("words", [
    ["diagnose"],
    ["diagnose", "--format", "json"],
    ["timeline"],
    ["timeline", "--format", "json"],
    ["timeline", "--format", "csv"],
    ["report", "--template", "remediation"],
    ["report", "--template", "ticket"],
    ["report", "--template", "postmortem"],
    ["report", "--template", "summary"],
    ["report", "--format", "html"],
    ["attach", "--dry-run", "--create"],
    ["redact"],
], ids=" ".join)  # fmt: skip
def test_no_command_prints_a_secret(
    export: Path, words: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, str(export)]) == 0
    said = capfd.readouterr()
    assert said.out
    assert find_leaks(said.out + said.err) == []


@pytest.mark.parametrize("text", [text for _, text, _ in CANARIES], ids=[name for name, _, _ in CANARIES])
def test_no_error_message_repeats_a_secret(
    tmp_path: Path, text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text(f"{text}\n{{{json.dumps(text)}: \n", encoding="utf-8")
    main(["diagnose", str(path)])
    said = capfd.readouterr()
    assert find_leaks(said.out + said.err) == []


def test_no_frame_or_document_of_a_notebook_shows_a_secret(export: Path) -> None:
    logs = triage.load(export)
    timeline, diagnosis = triage.timeline(export), triage.diagnose(export)
    with pd.option_context(
        "display.max_rows", None, "display.max_columns", None, "display.max_colwidth", None
    ):
        shown = [logs.to_frame().to_csv(), timeline.to_frame().to_csv(), diagnosis.to_frame().to_csv()]
    shown += [json.dumps(timeline.to_dict()), json.dumps(diagnosis.to_dict())]
    assert find_leaks("\n".join(shown)) == []
