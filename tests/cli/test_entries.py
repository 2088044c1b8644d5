import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "export.json"


def test_table_has_a_line_per_entry_grouped_by_service_and_day(call: Call) -> None:
    lines = call("entries", EXAMPLE).out.splitlines()
    assert lines[0] == "==> netra-backend-staging, 2026-03-17 UTC"
    assert lines[2] == (
        "13:05:08.300  INFO       00041-kxw  Starting new instance. Reason: MANUAL_OR_CUSTOMER_MIN_INSTANCE "
        "- "
        "Instance started because of customer-configured min-instances."
    )
    assert len(lines) == 1 + len(json.loads(EXAMPLE.read_bytes()))


def test_message_is_one_sanitized_line(call: Call, tmp_path: Path) -> None:
    entry = {
        "timestamp": "2025-09-16T00:00:00Z",
        "insertId": "1",
        "textPayload": "a\nforged \x07bell\x85end",
    }
    (tmp_path / "one.json").write_text(json.dumps(entry))
    assert call("entries", tmp_path / "one.json").out.splitlines() == [
        "==> no service named, 2025-09-16 UTC",
        r"00:00:00.000  DEFAULT    -          a\nforged \x07bell\x85end",
    ]


def test_line_is_cut_at_the_terminal_width(call: Call) -> None:
    from triage.cli.screens.entry_table import render_entries
    from triage.pipeline import read_entries

    lines = b"".join(render_entries(read_entries([str(EXAMPLE)]), width=80)).decode().splitlines()
    assert max(map(len, lines)) == 80
    assert any(line.endswith("...") for line in lines)


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_written_table_is_private_and_gives_the_same_runs(call: Call, tmp_path: Path, form: str) -> None:
    path = tmp_path / f"entries.{form}"
    written = call("entries", EXAMPLE, "--format", form, "-o", path)
    assert (written.status, written.out, written.err) == (0, "", f"wrote {path}\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = json.loads(call("timeline", path, "--format", "json").out)
    assert again["runs"] == json.loads(call("timeline", EXAMPLE, "--format", "json").out)["runs"]


def test_options_select_entries(call: Call) -> None:
    lines = call("entries", EXAMPLE, "--format", "jsonl", "--filter", "severity>=ERROR").out.splitlines()
    assert lines
    assert {json.loads(line)["severity"] for line in lines} <= {"ERROR", "CRITICAL", "ALERT", "EMERGENCY"}


def test_gaps_are_reported_on_stderr(call: Call, tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_bytes(EXAMPLE.read_bytes()[:-300])
    assert call("entries", tmp_path / "cut.json").err.startswith("gap: cut file: ")
    assert call("entries", "-q", tmp_path / "cut.json").err == ""


def test_csv_has_a_row_per_run(call: Call) -> None:
    lines = call("timeline", EXAMPLE, "--format", "csv").out.splitlines()
    assert lines[0].startswith("id,kind,service,revision,")
    assert len(lines) == 1 + len(json.loads(call("timeline", EXAMPLE, "--format", "json").out)["runs"])


@pytest.mark.parametrize("command", [["entries"], ["redact"], ["query", "match", "ready"]])
def test_gap_names_its_position_and_file_names_are_sanitized(
    call: Call, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "good.json").write_bytes(EXAMPLE.read_bytes())
    (tmp_path / "\x1b[31mred.json").write_text('{"no": "entry"}', encoding="utf-8")
    printed = call(*command, tmp_path).err
    assert "\x1b" not in printed
    assert "\\x1b[31mred.json)" in printed
