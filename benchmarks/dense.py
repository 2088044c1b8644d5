"""Generate dense logs: crash loops and storms of failed requests, in which every second entry matters.

A service in Node crashes again and again, another in Python answers requests with 500 and a stack trace. With
``unique`` every message has words of its own. All words are written for this project.
"""

import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

BEGIN = datetime(2026, 3, 17, 6, tzinfo=UTC)
PROJECT, LOCATION = "demo-project", "us-central1"
LOG = f"projects/{PROJECT}/logs/run.googleapis.com%2F"
PROBE_FAILED = (
    'Default STARTUP TCP probe failed 1 time consecutively for container "mailer-1" on port 8080. The '
    "instance was not started."
)
STEPS = [
    "loading prices",
    "reading the basket",
    "writing the order",
    "asking the stock",
    "sending the receipt",
]


class DenseLog:
    """The entries of two services that fail, in order of time."""

    def __init__(self, chance: random.Random, *, unique: bool) -> None:
        """Write with words from ``chance``; with ``unique`` no message is written twice."""
        self._chance = chance
        self._unique = unique

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yield entries without end."""
        for second in count():
            at = BEGIN + timedelta(seconds=second)
            lines = [line for _ in range(12) for line in self._failed_request(at)]
            if second % 4 == 0:
                lines += self._crash(at)
            yield from sorted(lines, key=lambda entry: str(entry["timestamp"]))

    def _failed_request(self, at: datetime) -> list[dict[str, Any]]:
        at += timedelta(milliseconds=self._chance.randrange(900))
        trace = f"projects/{PROJECT}/traces/{self._chance.getrandbits(128):032x}"
        instance = f"00{self._chance.randrange(20):02x}{'5e' * 40}"
        word = self._word()
        error = f"ValueError: the price of item {word} is no number"
        stack = (
            'Traceback (most recent call last):\n  File "/app/shop/orders.py", line 41, in create\n'
            f'    total = price(item)\n  File "/app/shop/prices.py", line 17, in price\n{error}'
        )
        request = {"requestMethod": "POST", "requestUrl": "https://shop.example/api/orders", "status": 500}
        common: dict[str, Any] = {
            "instance": instance,
            "trace": trace,
            "service": "shop",
            "revision": "shop-00007-abc",
        }
        steps = [
            self._entry(at, 3 + number, "stdout", f"order {word}: {step}", **common)
            for number, step in enumerate(STEPS[:2])
        ]
        return [
            self._entry(
                at, 0, "requests", "", severity="ERROR", request=request | {"latency": "0.030s"}, **common
            ),
            *steps,
            self._entry(at, 20, "stderr", stack, severity="ERROR", **common),
        ]

    def _crash(self, at: datetime) -> list[dict[str, Any]]:
        instance = f"00{self._chance.getrandbits(160):040x}{'7a' * 20}"
        common: dict[str, Any] = {
            "instance": instance,
            "trace": "",
            "service": "mailer",
            "revision": "mailer-00003-xyz",
        }
        missing = f"/app/templates/{self._word()}.html" if self._unique else "/app/templates/receipt.html"
        lines = [
            (
                "varlog%2Fsystem",
                "INFO",
                "Starting new instance. Reason: AUTOSCALING - Instance started due to traffic.",
            ),
            ("stdout", "", "mailer 4.1.0 starting"),
            ("stderr", "", "node:internal/fs/utils:356\n    throw err;\n    ^"),
            ("stderr", "", f"Error: ENOENT: no such file or directory, open '{missing}'"),
            (
                "stderr",
                "",
                "    at Object.openSync (node:fs:601:3)\n    at load (/app/lib/templates.js:12:9)",
            ),
            ("varlog%2Fsystem", "WARNING", "Container called exit(1)."),
            (
                "varlog%2Fsystem",
                "ERROR",
                PROBE_FAILED,
            ),
        ]
        return [
            self._entry(at, 40 * number, log, text, severity=severity, **common)
            for number, (log, severity, text) in enumerate(lines)
        ]

    def _word(self) -> str:
        return f"{self._chance.getrandbits(48):012x}" if self._unique else str(self._chance.randrange(50))

    def _entry(
        self,
        at: datetime,
        milliseconds: int,
        log: str,
        text: str,
        *,
        service: str,
        revision: str,
        instance: str,
        trace: str,
        severity: str = "",
        request: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        moment = (at + timedelta(milliseconds=milliseconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")
        labels = {
            "service_name": service,
            "revision_name": revision,
            "configuration_name": service,
            "location": LOCATION,
            "project_id": PROJECT,
        }
        return {
            "insertId": f"{self._chance.getrandbits(96):024x}",
            "timestamp": f"{moment}Z",
            "receiveTimestamp": f"{moment}417Z",
            "logName": LOG + log,
            "resource": {"type": "cloud_run_revision", "labels": labels},
            "labels": {"instanceId": instance},
            **({"severity": severity} if severity else {}),
            **({"textPayload": text} if text else {}),
            **({"httpRequest": request} if request else {}),
            **({"trace": trace} if trace else {}),
        }


def write_corpus(path: Path, size: int, *, unique: bool, newest_first: bool = False) -> None:
    """Write JSON lines of about ``size`` bytes."""
    lines, written = [], 0
    for entry in DenseLog(random.Random(511), unique=unique).entries():
        lines.append(json.dumps(entry, separators=(",", ":")))
        written += len(lines[-1]) + 1
        if written >= size:
            break
    path.write_text("\n".join(reversed(lines) if newest_first else lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_corpus(
        Path(sys.argv[1]),
        int(sys.argv[2]),
        unique="unique" in sys.argv[3:],
        newest_first="newest-first" in sys.argv[3:],
    )
