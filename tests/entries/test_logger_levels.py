"""The level of a structured line is read as its logger means it."""

from typing import Any

import pytest

from tests.failures.entries import decoded, printed

PINO = {"time": 1932350400000, "pid": 1, "hostname": "localhost"}


@pytest.mark.parametrize(
    ("payload", "severity"),
    [
        ({"level": 30, **PINO, "msg": "failed over"}, "INFO"),
        ({"level": 40, "time": 1932350400000, "msg": "slow"}, "WARNING"),
        ({"level": 40.0, **PINO, "msg": "slow"}, "WARNING"),
        ({"level": 50, **PINO, "message": "lost"}, "ERROR"),
        ({"level": 60, **PINO, "msg": "lost"}, "CRITICAL"),
        ({"name": "shop", "hostname": "h", "level": 40, "msg": "slow", "v": 0}, "WARNING"),
        ({"level": 30, "message": "slow"}, "WARNING"),
        ({"message": "lost", "level": 400, "level_name": "ERROR", "channel": "app"}, "ERROR"),
        ({"message": "slow", "level": 300, "level_name": "WARNING"}, "WARNING"),
        ({"message": "slow", "log": {"level": "warning", "logger": "app"}}, "WARNING"),
        ({"text": "slow", "record": {"level": {"name": "WARNING", "no": 30}}}, "WARNING"),
        ({"body": "lost", "severity_text": "ERROR", "severity_number": 17}, "ERROR"),
        ({"Body": "lost", "SeverityText": "ERROR"}, "ERROR"),
        ({"@t": "2031-04-05T06:00:00Z", "@mt": "lost", "@l": "Error"}, "ERROR"),
        ({"@t": "2031-04-05T06:00:00Z", "@mt": "0 failed"}, "INFO"),
        ({"LogLevel": "Information", "Message": "0 failed"}, "INFO"),
        ({"lvl": "warn", "msg": "slow"}, "WARNING"),
        ({"version": "1.1", "short_message": "slow", "level": 4}, "WARNING"),
        ({"level": "SEVERE", "message": "lost"}, "ERROR"),
        ({"severity": "severity 1", "levelname": "ERROR", "message": "lost"}, "ERROR"),
    ],
)
def test_level_is_that_of_the_logger(payload: dict[str, Any], severity: str) -> None:
    entry = decoded(printed(0, payload))
    assert (entry.severity, entry.severity_source) == (severity, "payload")


def test_text_of_an_opentelemetry_record_is_its_message() -> None:
    assert (
        decoded(printed(0, {"body": "the price is lost", "severity_text": "ERROR"})).message
        == "the price is lost"
    )
