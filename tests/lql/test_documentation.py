"""docs/lql.md says what is there."""

import re
from pathlib import Path

from triage import lql

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "lql.md").read_text(encoding="utf-8")


def test_every_lint_code_is_documented() -> None:
    told = dict(re.findall(r"^\| `([\w-]+)` \| (error|warning|note) \|", TEXT, re.MULTILINE))
    sources = "".join(
        (ROOT / "triage" / "lql" / name).read_text(encoding="utf-8") for name in ("slips.py", "surprises.py")
    )
    levels = dict(re.findall(r'finding\(\s*"([\w-]+)",\s*"(error|warning|note)"', sources))
    assert told == levels


def test_documented_examples_give_the_documented_results() -> None:
    assert (
        lql.format(lql.parse('severity>=ERROR AND NOT labels.env="dev"'))
        == 'severity>="ERROR" AND NOT labels.env="dev"'
    )
    assert lql.fix("a and b") == "a AND b"
    time = {"timestamp": "2023-01-02T08:04:05.250Z"}
    cast = 'cast(timestamp, STRING, TIMEZONE("America/New_York"))="2023-01-02T03:04:05.250-05:00"'
    assert lql.matcher(cast)(time)
