"""The built packages: wheel from the tree, sdist, wheel from the sdist, editable.

Each is installed into an environment of its own that has the dependencies of this one, but not this checkout.
"""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import triage
from tests.fakes.actions_runner import load_action
from triage.cli.app import COMMANDS

pytestmark = pytest.mark.xdist_group("packaging")

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXPORT = ROOT / "examples" / "export.json"
SHIPPED = {
    f"{folder}/{path.relative_to(ROOT / folder).as_posix()}"
    for folder in ("queries", "reports")
    for path in (ROOT / folder).rglob("*")
    if path.is_file()
}


def run(*command: str | Path, cwd: Path) -> str:
    """Return the output of a command that succeeds outside of this checkout."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build the sdist, its wheel, and the wheel of the tree."""
    dist = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation"]
    run(*build, "--outdir", dist / "sdist", ROOT, cwd=dist)
    run(*build, "--wheel", "--outdir", dist / "tree", ROOT, cwd=dist)
    return {
        "sdist": next((dist / "sdist").glob("*.tar.gz")),
        "wheel from the sdist": next((dist / "sdist").glob("*.whl")),
        "wheel from the tree": next((dist / "tree").glob("*.whl")),
    }


@pytest.fixture(scope="module", params=["wheel from the tree", "wheel from the sdist", "editable"])
def installed(
    request: pytest.FixtureRequest, built: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Install a package into a new environment; return its folder of commands."""
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(place)}))
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    python = Path(sysconfig.get_path("scripts", vars={"base": str(place)})) / "python"
    what = ["--editable", str(ROOT)] if request.param == "editable" else [str(built[request.param])]
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index"]
    run(*pip, "--no-build-isolation", "--force-reinstall", "--quiet", *what, cwd=place)
    return python.parent


def test_an_installed_triage_works_from_any_folder(installed: Path, tmp_path: Path) -> None:
    assert run(installed / "triage", "--version", cwd=tmp_path).split()[-1] == triage.__version__
    assert (
        run(installed / "python", "-m", "triage", "--version", cwd=tmp_path).split()[-1] == triage.__version__
    )
    assert "netra-readiness" in run(installed / "triage", "rules", "list", cwd=tmp_path)
    assert "/ws/health" in run(installed / "triage", EXPORT, cwd=tmp_path)
    assert "**Why**" in run(installed / "triage", "report", EXPORT, cwd=tmp_path)
    before, after = (EXPORT.with_name(f"{side}.json") for side in ("before", "after"))
    assert run(installed / "triage", "gate", after, cwd=tmp_path).startswith("PASSED")
    compared = run(installed / "triage", "compare", before, after, "--format", "markdown", cwd=tmp_path)
    assert "AFTER is better" in compared


@pytest.mark.tool("bash")
def test_the_action_installs_its_own_checkout(tmp_path: Path) -> None:
    """Run the script without a network: the dependencies are those of this environment."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_ACTION_PATH": str(ROOT),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
    }
    script = tmp_path / "install.sh"
    script.write_text(load_action()["runs"]["steps"][0]["run"], encoding="utf-8")
    done = subprocess.run(
        ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    installed = tmp_path / "triage-environment" / "bin"
    program = "import triage; print(triage.__path__[0], triage.__version__)"
    printed = subprocess.run(
        [installed / "python", "-c", program],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.startswith(str(tmp_path))
    assert printed.split()[-1] == triage.__version__
    assert (installed / "triage").exists()


def test_every_command_of_an_installed_triage_has_help(installed: Path, tmp_path: Path) -> None:
    for name in COMMANDS:
        assert run(installed / "triage", name, "-h", cwd=tmp_path).startswith(f"Usage: triage {name} ")


def test_an_installed_triage_finds_its_packs_and_templates(installed: Path, tmp_path: Path) -> None:
    code = "from triage.resources import root; print(root('queries'), root('reports'), sep='\\n')"
    queries, reports = map(Path, run(installed / "python", "-c", code, cwd=tmp_path).splitlines())
    package = Path(
        run(installed / "python", "-c", "import triage; print(triage.__path__[0])", cwd=tmp_path).strip()
    )
    home = ROOT if package == ROOT / "triage" else package
    assert (queries, reports) == (home / "queries", home / "reports")


@pytest.mark.parametrize("name", ["wheel from the tree", "wheel from the sdist"])
def test_a_wheel_holds_packs_and_templates_inside_the_package_and_nothing_beside_it(
    name: str, built: dict[str, Path]
) -> None:
    held = set(zipfile.ZipFile(built[name]).namelist())
    assert {f"triage/{path}" for path in SHIPPED} <= held
    assert {path.partition("/")[0] for path in held} == {
        "triage",
        f"cloudrun_triage-{triage.__version__}.dist-info",
    }
    assert "triage/py.typed" in held


def test_the_sdist_holds_what_its_tests_need(built: dict[str, Path]) -> None:
    with tarfile.open(built["sdist"]) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    needed = {
        "LICENSE",
        "CHANGELOG.md",
        "Makefile",
        "constraints.txt",
        "examples/export.json",
        "tests/test_architecture.py",
    }
    assert SHIPPED | needed <= held
    assert not [name for name in held if name.startswith((".venv", "out/", "dist/"))]


def test_image_has_every_extra_but_those_for_agents_charts_clusters_and_developers() -> None:
    recipe = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    listed = re.findall(r'"\$wheel\[(.+)\]"', recipe)
    wanted = PROJECT["optional-dependencies"].keys() - {"dev", "engines", "mcp", "plot", "spark"}
    assert [set(extras.split(",")) for extras in listed] == [wanted]


def test_changelog_has_this_version() -> None:
    assert f"## {triage.__version__} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_dependency_is_pinned_to_one_version_and_to_no_place() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    pin = re.compile(r'([a-z0-9-]+)==[0-9][0-9a-z.]*(; python_version [<>=]+ "3\.\d+")?')
    assert [line for line in pins if not pin.fullmatch(line)] == []
    wanted = [
        *PROJECT["dependencies"],
        *(line for extra in PROJECT["optional-dependencies"].values() for line in extra),
    ]
    names = {re.split(r"[^A-Za-z0-9._-]", line)[0].lower().replace("_", "-") for line in wanted}
    assert names - {line.partition("==")[0] for line in pins} == set()
