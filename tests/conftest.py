"""What all tests share: random examples, programs that may be missing, golden files."""

import gc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

import tests.examples  # noqa: F401 - registers the profiles
from tests.tools import check_tools, describe_skips

settings.load_profile("fixed")

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew", action="store_true", help="write the golden files anew instead of comparing with them"
    )
    parser.addoption(
        "--require-tools",
        action="store_true",
        help="fail a test whose program is missing instead of skipping it",
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    check_tools(item)


def pytest_sessionfinish() -> None:
    """Undo the freeze of commands that ran in this process: a program of its own ends soon after one."""
    gc.unfreeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    for line in describe_skips(
        report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)
    ):
        terminalreporter.write_line(line, yellow=True)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare a text with a golden file; with --renew, write the file."""

    def compare(path: Path, text: str) -> None:
        if request.config.getoption("--renew"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path.name} is missing: look at the text and run pytest --renew"
        assert text == path.read_text(encoding="utf-8")

    return compare
