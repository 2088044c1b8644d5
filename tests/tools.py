"""Programs that some tests need, and how Debian calls their packages."""

import shutil
from collections import Counter
from collections.abc import Iterable
from typing import NoReturn

import pytest

#: The names of a program, of which one must be there, and the package that brings it.
TOOLS = {
    "bash": (("bash",), "bash"),
    "chromium": (("chromium", "chromium-browser", "google-chrome"), "chromium"),
    "java": (("java",), "default-jre-headless"),
    "npm": (("npm",), "npm"),
    "ripgrep": (("rg",), "ripgrep"),
    "terraform": (("terraform",), "terraform"),
}


def find_tool(name: str) -> str | None:
    """Return the path of a program, None if it is not installed."""
    return next(filter(None, map(shutil.which, TOOLS[name][0])), None)


def check_tools(item: pytest.Item) -> None:
    """Skip a test whose program is missing; fail it with --require-tools."""
    for mark in item.iter_markers("tool"):
        name = mark.args[0]
        if find_tool(name) is None:
            skip_or_fail(item.config, _reason(name))


def skip_or_fail(config: pytest.Config, reason: str) -> NoReturn:
    """Skip a test for want of something; fail it with --require-tools."""
    if config.getoption("--require-tools"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def describe_skips(reasons: Iterable[str]) -> list[str]:
    """Return a line for each program that tests were skipped for want of."""
    counts = Counter(reason.removeprefix("Skipped: ") for reason in reasons)
    return [
        f"{counts[_reason(name)]} tests skipped: {_reason(name)}" for name in TOOLS if _reason(name) in counts
    ]


def _reason(name: str) -> str:
    return f"{name} is not installed: apt-get install {TOOLS[name][1]}"
