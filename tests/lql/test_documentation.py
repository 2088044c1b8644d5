"""The documentation in docs/lql.md agrees with the code."""

import doctest
import re
from pathlib import Path

from triage import lql

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "lql.md").read_text(encoding="utf-8")


def test_every_lint_code_is_documented() -> None:
    documented = dict(re.findall(r"^\| `([\w-]+)` \| (error|warning|note) \|", TEXT, re.MULTILINE))
    files = sorted((ROOT / "triage" / "lql").glob("*_lints.py"))
    sources = "".join(path.read_text(encoding="utf-8") for path in files)
    levels = dict(re.findall(r'make_finding\(\s*"([\w-]+)",\s*"(error|warning|note)"', sources))
    assert documented == levels


def test_the_library_example_gives_the_documented_results() -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    test = doctest.DocTestParser().get_doctest(example, {}, "As a library", "docs/lql.md", 0)
    assert doctest.DocTestRunner().run(test).failed == 0


def test_the_documented_cast_matches() -> None:
    time = {"timestamp": "2023-01-02T08:04:05.250Z"}
    cast = 'cast(timestamp, STRING, TIMEZONE("America/New_York"))="2023-01-02T03:04:05.250-05:00"'
    assert lql.matcher(cast)(time)
