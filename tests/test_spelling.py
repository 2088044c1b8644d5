"""Names, messages and documents have American spelling, as the documentation of Cloud Run has."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_BRITISH = re.compile(r"analyse(?!s)|neighbour|recognise|colour|catalogue|labelled\b", re.IGNORECASE)


def test_spelling_is_american() -> None:
    texts = [
        *(
            path
            for folder in ("triage", "queries", "reports", "docs", "examples")
            for path in (ROOT / folder).rglob("*")
        ),
        *ROOT.glob("*.md"),
    ]
    found = {
        str(path.relative_to(ROOT)): word[0]
        for path in texts
        if path.suffix in {".py", ".pyi", ".md", ".j2", ".toml", ".json", ".js", ".css", ".yml"}
        if (word := _BRITISH.search(path.read_text(encoding="utf-8")))
    }
    assert found == {}
