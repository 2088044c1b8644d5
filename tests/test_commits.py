"""The check of commit subjects: what it accepts, and in which clones it works."""

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / ".ci" / "check_commits.py"
GIT = ["git", "-c", "user.name=Demo", "-c", "user.email=demo@example.com", "-c", "commit.gpgsign=false"]


@pytest.fixture
def check() -> ModuleType:
    """Return the script as a module."""
    spec = importlib.util.spec_from_file_location("check_commits", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def git(folder: Path, *words: str) -> str:
    done = subprocess.run([*GIT, *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path, check: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a clone with one commit before the rule and two after it."""
    git(tmp_path, "init", "-q")
    for number, subject in enumerate(["Anything goes here.", "rules: add a rule", "Not like this"]):
        git(tmp_path, "commit", "-q", "--allow-empty", "-m", subject)
        if number == 0:
            monkeypatch.setattr(check, "FIRST", git(tmp_path, "rev-parse", "--short", "HEAD"))
    return tmp_path


@pytest.mark.parametrize(
    "subject",
    [
        "rules: add a rule for full disks",
        "release/gate: process only what is new",
        "docs, tests: name the forms",
        "entries: feed parts in order",
        "Merge branch 'main' into topic",
        'Revert "rules: add a rule"',
    ],
)
def test_good_subject_has_no_fault(check: ModuleType, subject: str) -> None:
    assert check.subject_fault(subject) == ""


@pytest.mark.parametrize(
    ("subject", "fault"),
    [
        ("Rules are added", "area: imperative summary"),
        ("rules: Add a rule", "area: imperative summary"),
        ("rules: add a rule.", "area: imperative summary"),
        ("rules: added a rule", "not 'added'"),
        ("rules: adding a rule", "not 'adding'"),
        ("rules: adds a rule", "not 'adds'"),
        (f"rules: add {'x' * 62}", "73 characters, at most 72"),
    ],
)
def test_bad_subject_is_explained(check: ModuleType, subject: str, fault: str) -> None:
    assert fault in check.subject_fault(subject)


def test_only_commits_after_the_first_are_checked(check: ModuleType, clone: Path) -> None:
    assert [subject for _, subject in check.read_subjects(clone)] == ["Not like this", "rules: add a rule"]


def test_a_shallow_clone_is_checked_as_far_as_it_goes(
    check: ModuleType, clone: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shallow = tmp_path_factory.mktemp("clones") / "shallow"
    git(clone, "clone", "-q", "--depth=1", clone.as_uri(), str(shallow))
    assert [subject for _, subject in check.read_subjects(shallow)] == ["Not like this"]


def test_other_histories_and_archives_are_not_checked(
    check: ModuleType, clone: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check.read_subjects(tmp_path_factory.mktemp("archive")) is None
    monkeypatch.setattr(check, "FIRST", "0" * 7)
    assert check.read_subjects(clone) is None
