"""A quoted line of the validator gives no verdict."""

from tests.runs.logs import runs, text_line, validation

QUOTES = [
    text_line(90, "CRITICAL FAIL: database: Not ready after 1.51s (Database) - what does this mean?"),
    text_line(91, "GCP WebSocket readiness validation FAILED (2.03s)"),
]


def test_quoted_lines_without_a_logger_are_no_run() -> None:
    assert runs(QUOTES) == []
    assert [run.verdict for run in runs(validation(0), QUOTES)] == ["ready"]


def test_run_whose_export_lost_every_logger_is_read_from_its_start() -> None:
    lost = [text_line(0.01 * n, entry["jsonPayload"]["message"]) for n, entry in enumerate(validation(0))]
    assert [run.verdict for run in runs(lost)] == ["ready"]
