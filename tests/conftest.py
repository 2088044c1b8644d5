"""Fixtures of all tests: golden files, renewed with ``pytest --renew``."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# Machines differ in speed: no test has a deadline.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--renew", action="store_true", help="write the golden files anew instead of comparing with them"
    )


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
