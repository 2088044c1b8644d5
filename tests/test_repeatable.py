"""`make test` gives the same answer twice, and says what it skipped."""

import re
from pathlib import Path

import pytest
from hypothesis import settings

from tests.examples import examples
from tests.tools import TOOLS, describe_skips

pytest_plugins = ("pytester",)
TESTS = Path(__file__).parent
FACTOR = 10


def test_examples_are_derived_from_the_tests() -> None:
    assert settings.get_profile("fixed").derandomize
    assert not settings.get_profile("fuzz").derandomize
    assert settings.get_profile("fuzz").max_examples == FACTOR * settings.get_profile("fixed").max_examples


def test_number_of_examples_grows_in_the_fuzz_profile() -> None:
    factor = examples(100) // 100
    assert factor in (1, FACTOR)
    fixed = [
        path
        for path in TESTS.rglob("*.py")
        if re.search(r"max_examples=\d", path.read_text(encoding="utf-8"))
    ]
    assert [path.name for path in fixed] == ["examples.py"]


def test_makefile_and_continuous_integration_name_the_profiles() -> None:
    assert "--hypothesis-profile=fuzz" in (TESTS.parent / "Makefile").read_text(encoding="utf-8")
    script = (TESTS.parent / ".ci" / "run").read_text(encoding="utf-8")
    assert "--require-tools" in script
    for name in ("chromium", "java", "npm", "ripgrep"):
        assert TOOLS[name][1] in script


SUITE = """
import pytest

@pytest.mark.tool("chromium")
def test_one(): pass

@pytest.mark.tool("chromium")
def test_two(): pass
"""


@pytest.mark.parametrize(("options", "outcome"), [([], {"skipped": 2}), (["--require-tools"], {"errors": 2})])
def test_missing_program_skips_or_fails_its_tests(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, options: list[str], outcome: dict[str, int]
) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    pytester.makeini("[pytest]\nmarkers = tool(name): needs a program")
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_inprocess("-p", "tests.conftest", "-p", "no:randomly", *options)
    result.assert_outcomes(**outcome)
    if not options:
        result.stdout.fnmatch_lines(["2 tests skipped: chromium is not installed: apt-get install chromium"])


def test_skips_for_other_reasons_are_not_named() -> None:
    assert describe_skips(["Skipped: the exports do not lie beside the project"]) == []
