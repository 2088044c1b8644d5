"""A common script: load the export, search keywords, count by severity."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

KEYWORDS = {
    "readiness": ["readiness", "not ready", "gcp_initialization_validator", "service group"],
    "database": ["database", "cloudsql", "postgres"],
    "redis": ["redis"],
    "auth": ["auth_validation", "jwt"],
    "startup": ["startup", "exit(3)", "worker failed to boot", "no module named"],
}


def text(entry: dict[str, Any]) -> str:
    """Return all text of an entry, in lower case."""
    return str(entry.get("textPayload") or json.dumps(entry.get("jsonPayload") or {})).lower()


def main() -> None:
    """Print entries per keyword family and severity, and the most frequent messages."""
    with Path(sys.argv[1]).open(encoding="utf-8") as file:
        entries = json.load(file)
    families: Counter[tuple[str, str]] = Counter()
    messages: Counter[str] = Counter()
    for entry in entries:
        said = text(entry)
        for family, words in KEYWORDS.items():
            if any(word in said for word in words):
                families[family, entry.get("severity", "UNKNOWN")] += 1
                messages[said[:100]] += 1
    print(*families.most_common(), *messages.most_common(20), sep="\n")


if __name__ == "__main__":
    main()
