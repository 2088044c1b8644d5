import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "export.json"


def test_the_table_is_a_line_per_entry_under_its_service_and_day(call: Call) -> None:
    lines = call("entries", EXAMPLE).out.splitlines()
    assert lines[0] == "==> netra-backend-staging, 2026-03-17 UTC"
    assert lines[2] == (
        "13:05:08.300  INFO       00041-kxw  Starting new instance. Reason: MANUAL_OR_CUSTOMER_MIN_INSTANCE - "
        "Instance started because of customer-configured min-instances."
    )
    assert len(lines) == 1 + len(json.loads(EXAMPLE.read_bytes()))


def test_a_message_stays_one_line_that_commands_no_terminal(call: Call, tmp_path: Path) -> None:
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


def test_on_a_terminal_a_line_is_as_wide_as_it(call: Call) -> None:
    from triage.cli.screens.entry_table import render_entries
    from triage.pipeline import read_entries

    lines = b"".join(render_entries(read_entries([str(EXAMPLE)]), width=80)).decode().splitlines()
    assert max(map(len, lines)) == 80
    assert any(line.endswith("...") for line in lines)


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_what_is_written_is_private_and_read_again_as_the_same_runs(
    call: Call, tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"entries.{form}"
    written = call("entries", EXAMPLE, "--format", form, "-o", path)
    assert (written.status, written.out, written.err) == (0, "", f"wrote {path}\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = json.loads(call("timeline", path, "--format", "json").out)
    assert again["runs"] == json.loads(call("timeline", EXAMPLE, "--format", "json").out)["runs"]


def test_options_narrow_the_entries(call: Call) -> None:
    lines = call("entries", EXAMPLE, "--format", "jsonl", "--filter", "severity>=ERROR").out.splitlines()
    assert lines
    assert {json.loads(line)["severity"] for line in lines} <= {"ERROR", "CRITICAL", "ALERT", "EMERGENCY"}


def test_gaps_are_told_beside_the_table(call: Call, tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_bytes(EXAMPLE.read_bytes()[:-300])
    assert call("entries", tmp_path / "cut.json").err.startswith("gap: cut file: ")
    assert call("entries", "-q", tmp_path / "cut.json").err == ""


def test_the_runs_as_csv_are_a_row_each(call: Call) -> None:
    lines = call("timeline", EXAMPLE, "--format", "csv").out.splitlines()
    assert lines[0].startswith("id,kind,service,revision,")
    assert len(lines) == 1 + len(json.loads(call("timeline", EXAMPLE, "--format", "json").out)["runs"])


@pytest.mark.parametrize("command", [["entries"], ["redact"], ["query", "match", "ready"]])
def test_a_gap_tells_its_place_and_a_file_name_cannot_drive_the_terminal(
    call: Call, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "good.json").write_bytes(EXAMPLE.read_bytes())
    (tmp_path / "\x1b[31mred.json").write_text('{"no": "entry"}', encoding="utf-8")
    said = call(*command, tmp_path).err
    assert "\x1b" not in said
    assert "\\x1b[31mred.json)" in said
