"""One odd record costs itself at most: every command answers, and reads the others."""

import json
from datetime import timedelta, timezone
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.reading.logs import Log, log, logs
from triage.cli import main
from triage.window import format_timestamp, parse_timestamp, to_datetime

COMMANDS = (
    ["diagnose"],
    ["diagnose", "--format", "json"],
    ["timeline"],
    ["report"],
    ["report", "--format", "html"],
    ["entries"],
    ["redact"],
    ["query", "match", "severity>=ERROR"],
)
TIMES = [
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "0999-12-31T23:59:59.999999999Z",
    "1677-09-21T00:12:43Z",
    "1969-12-31T23:59:59.5Z",
    "2262-04-11T23:47:16.854775807Z",
    "2262-04-11T23:47:17Z",
    "9999-12-31T23:59:59.999999999Z",
    "9999-12-31T23:59:59-14:00",
    "2026-02-30T14:27:25Z",
    "soon",
]
ODD_TEXTS = [
    "\x00",
    "68e62f20\x00",
    "\x1b[31mred",
    "\x85\u2028\u202e",
    "\u3164",
    "\ud800",
    '"',
    "\\",
    "{",
    "-",
    "~",
]


def written(records: list[Log], odd: str, path: Path) -> Path:
    """Write records as JSON lines, the odd one in the middle."""
    texts = [json.dumps(record) for record in records]
    texts.insert(len(texts) // 2, odd)
    path.write_text("\n".join(texts) + "\n", encoding="utf-8", errors="surrogatepass")
    return path


def answers(path: Path, count: int, capfd: pytest.CaptureFixture[str]) -> None:
    """Check that every command answers for a file, and that ``count`` of its records are written."""
    for command in COMMANDS:
        status = main([*command, str(path)])
        printed = capfd.readouterr()
        assert (status, printed.err if status else "") == (0, ""), command
        if command == ["redact"]:
            assert len(printed.out.splitlines()) == count


@given(
    time=st.sampled_from(TIMES) | st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    received=st.sampled_from([None, "2026-03-01T08:00:00Z", *TIMES]),
    level=st.sampled_from(["ERROR", "INFO", "DEFAULT"]),
)
@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(time="0001-01-01T00:00:00Z", received="2026-03-01T08:00:00Z", level="ERROR")
@example(time="0001-01-01T00:00:00Z", received=None, level="INFO")
@example(time="9999-12-31T23:59:59.999999999Z", received="2026-03-01T08:00:00Z", level="ERROR")
def test_any_time_is_read_or_a_gap(
    time: str, received: str | None, level: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    odd = log(9, timestamp=time, receiveTimestamp=received, severity=level)
    answers(written(logs(4), json.dumps(odd), tmp_path / "export.jsonl"), 5, capfd)


@given(
    field=st.sampled_from(
        [
            "insertId",
            "trace",
            "logName",
            "textPayload",
            "severity",
            "service",
            "revision",
            "location",
            "instance",
        ]
    ),
    text=st.sampled_from(ODD_TEXTS) | st.text(max_size=8),
    is_raw=st.booleans(),
)
@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(field="insertId", text="68e62f20\x00", is_raw=False)
@example(field="service", text="\u3164", is_raw=False)
@example(field="textPayload", text="\x1b[31mfailed", is_raw=True)
def test_any_text_in_a_field_is_read(
    field: str, text: str, *, is_raw: bool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    odd = json.loads(json.dumps(log(9, severity="ERROR", jsonPayload={"message": "Worker failed to boot"})))
    if field in ("service", "revision", "location"):
        odd["resource"]["labels"][f"{field}_name".replace("location_name", "location")] = text
    elif field == "instance":
        odd["labels"]["instanceId"] = text
    else:
        odd[field] = text
    shown = json.dumps(odd)
    if is_raw and "\n" not in text:
        shown = shown.replace(json.dumps(text)[1:-1], text) if '"' not in text and "\\" not in text else shown
    answers(written(logs(4), shown, tmp_path / "export.jsonl"), 5, capfd)


@pytest.mark.parametrize(
    "value",
    [
        "9" * 5000,
        *("[" * depth + "]" * depth for depth in (700, 880, 900, 920, 940, 960, 980)),
        '{"a":' * 20_000 + "1" + "}" * 20_000,
        "NaN",
        "-Infinity",
        "1e999",
    ],
)
@pytest.mark.parametrize("field", ["extra", "jsonPayload", "labels"])
def test_any_value_is_kept_by_redact_and_stops_no_command(
    field: str, value: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    odd = json.dumps(log(9, **{field: "odd"})).replace('"odd"', value)
    path = written(logs(4), odd, tmp_path / "export.jsonl")
    answers(path, 5, capfd)
    assert main(["redact", str(path)]) == 0
    kept = capfd.readouterr().out.splitlines()[2]
    assert value in kept.replace(" ", "") or "N" in value or "I" in value


def test_losing_every_record_is_an_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path, output = tmp_path / "export.jsonl", tmp_path / "shared.jsonl"
    path.write_text('{"insertId": "a", "timestamp": }\n' * 3, encoding="utf-8")
    assert main(["redact", str(path), "-o", str(output)]) == 65
    assert "export.jsonl" in capfd.readouterr().err
    assert not output.exists()


@pytest.mark.parametrize("kind", ["TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "VARCHAR"])
def test_table_with_impossible_times_is_read(
    kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, table = tmp_path / "export.parquet", tmp_path / "entries.parquet"
    times = ["0001-01-01 00:00:00+00", "2026-03-01 08:00:00+00", "9999-12-31 23:59:59.999999+00"]
    rows = ", ".join(
        f"('{number}', CAST('{time}' AS {kind}), 'ERROR', 'hello')" for number, time in enumerate(times)
    )
    columns = "t(insertId, timestamp, severity, textPayload)"
    export = duckdb.query(f"FROM (VALUES {rows}) AS {columns}")
    assert export is not None
    export.write_parquet(str(path))
    answers(path, 3, capfd)
    assert main(["entries", str(path), "--format", "parquet", "-o", str(table)]) == 0
    assert duckdb.read_parquet(str(table)).project("message").fetchall()


@given(st.integers(-(10**21), 10**21), st.integers(-14, 14))
@example(-62_135_596_800 * 10**9, -14)
@example(253_402_300_799 * 10**9, 14)
def test_any_number_of_nanoseconds_can_be_written(nanoseconds: int, hours: int) -> None:
    text = format_timestamp(nanoseconds)
    assert format_timestamp(parse_timestamp(text)) == text
    assert to_datetime(nanoseconds, timezone(timedelta(hours=hours))).tzinfo
