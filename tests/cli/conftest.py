"""Invented documents, a local time zone and calls of the command in-process."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from triage.cli import main
from triage.models import Diagnosis, Timeline

DOCUMENTS = Path(__file__).parent / "documents"


class Called(NamedTuple):
    """Result of a command.

    Attributes:
        status: exit status.
        out: text on stdout.
        err: text on stderr.

    """

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def local_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use the zone of Los Angeles and a terminal of 80 columns without color."""
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Called]:
    """Run the command in this process."""

    def run(*words: str | Path) -> Called:
        status = main([str(word) for word in words])
        printed = capsys.readouterr()
        return Called(status, printed.out, printed.err)

    return run


@pytest.fixture
def diagnosed() -> Callable[[str], Diagnosis]:
    """Read a diagnosis of ``documents/``."""
    return lambda name: msgspec.json.decode((DOCUMENTS / f"{name}.json").read_bytes(), type=Diagnosis)


@pytest.fixture
def timeline() -> Timeline:
    """Return a failed validation and twelve similar boots."""
    return msgspec.json.decode((DOCUMENTS / "timeline-runs.json").read_bytes(), type=Timeline)
