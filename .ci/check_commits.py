"""Check the subjects of commits: ``area: imperative summary``, at most 72 characters.

Only commits after ``FIRST`` are checked. A shallow clone has fewer: those that it has are checked. Outside a
clone (an unpacked source archive) there is nothing to check.
"""

import re
import subprocess
import sys
from pathlib import Path

#: The last commit before the rule.
FIRST = "020dc39"
MAX_LENGTH = 72
_SUBJECT = re.compile(r"[a-z][a-z0-9_./-]*(?:, [a-z][a-z0-9_./-]*)*: (?P<verb>[a-z][a-z-]*)\b.*[^.\s]")
#: What git writes itself.
_GENERATED = ("Merge ", 'Revert "', "fixup! ", "squash! ")
#: Endings of words that are no imperative, and verbs that have such an ending all the same.
_NOT_IMPERATIVE = re.compile(r"(?:ed|ing|[^siu]s)$")
_VERBS = {
    "alias",
    "bias",
    "bring",
    "embed",
    "exceed",
    "feed",
    "need",
    "proceed",
    "seed",
    "shed",
    "speed",
    "string",
}


def subject_fault(subject: str) -> str:
    """Return what is wrong with a subject, "" if nothing is."""
    if subject.startswith(_GENERATED):
        return ""
    if len(subject) > MAX_LENGTH:
        return f"{len(subject)} characters, at most {MAX_LENGTH}"
    found = _SUBJECT.fullmatch(subject)
    if found is None:
        return "write it as `area: imperative summary`, without a full stop"
    verb = found["verb"]
    if verb not in _VERBS and _NOT_IMPERATIVE.search(verb) and not verb.endswith(("ss", "eed")):
        return f"begin with a verb in the imperative, not {verb!r}"
    return ""


def read_subjects(folder: Path) -> list[tuple[str, str]] | None:
    """Return commit and subject of each commit to check, the newest first, None outside a clone."""
    try:
        if _git(folder, "rev-parse", "--is-inside-work-tree") is None:
            return None
    except FileNotFoundError:  # no git
        return None
    has_first = _git(folder, "merge-base", "--is-ancestor", FIRST, "HEAD") is not None
    is_shallow = _git(folder, "rev-parse", "--is-shallow-repository") == "true\n"
    if not has_first and not is_shallow:
        return None
    commits = f"{FIRST}..HEAD" if has_first else "HEAD"
    listed = _git(folder, "log", "--format=%h %s", commits) or ""
    return [(name, subject) for name, _, subject in (line.partition(" ") for line in listed.splitlines())]


def _git(folder: Path, *words: str) -> str | None:
    """Return what git prints, None if it fails."""
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S607
    return done.stdout if done.returncode == 0 else None


def main() -> int:
    """Print each fault; return 1 if there is one."""
    subjects = read_subjects(Path(__file__).resolve().parent)
    if subjects is None:
        print(f"commit subjects: not checked, since this is no clone with commit {FIRST}")
        return 0
    faults = [(name, subject, fault) for name, subject in subjects if (fault := subject_fault(subject))]
    for name, subject, fault in faults:
        print(f"{name} {subject!r}: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
