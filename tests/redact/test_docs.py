"""The tables of docs/redaction.md say what is masked and what is not."""

import re
from pathlib import Path

from tests.conftest import Golden
from tests.redact.canaries import CANARIES
from tests.redact.test_redact import READABLE
from triage.redact import redact_text

PAGE = Path(__file__).parents[2] / "docs" / "redaction.md"


def cell(text: str) -> str:
    """Return a text as code in a cell of a table."""
    return "`" + text.replace("\n", "⏎").replace("|", "\\|").replace("`", "'") + "`"


def masked_rows() -> list[str]:
    rows = [
        f"| {name} | {cell(text.replace(secret, f'{secret[:2]}…'))} | {cell(redact_text(text))} |"
        for name, text, secret in CANARIES
    ]
    return ["| form | in a log | masked |", "| --- | --- | --- |", *rows]


def readable_rows() -> list[str]:
    return ["| text |", "| --- |", *(f"| {cell(text)} |" for text in READABLE if text)]


def with_table(page: str, name: str, rows: list[str]) -> str:
    """Return the page with a table between its marks."""
    table = "\n".join([f"<!-- {name} -->", "", *rows, "", f"<!-- /{name} -->"])
    return re.sub(f"<!-- {name} -->.*?<!-- /{name} -->", lambda _: table, page, flags=re.DOTALL)


def test_tables_say_what_is_masked_and_what_is_not(golden: Golden) -> None:
    page = PAGE.read_text(encoding="utf-8")
    golden(PAGE, with_table(with_table(page, "masked", masked_rows()), "readable", readable_rows()))
