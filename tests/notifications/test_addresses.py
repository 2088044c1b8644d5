"""Addresses of channels, from files."""

from pathlib import Path

import pytest

from triage.errors import IOFailureError, UsageError
from triage.notifications import read_addresses


def test_file_holds_an_address_on_each_line(tmp_path: Path) -> None:
    file = tmp_path / "channels"
    file.write_text("# the team\njson://one\n\n  json://two  \n")
    assert read_addresses([f"@{file}", "json://three", "json://one"]) == [
        "json://one",
        "json://two",
        "json://three",
    ]


@pytest.mark.parametrize("content", ["", "\n# none yet\n"])
def test_file_without_an_address_is_an_error(tmp_path: Path, content: str) -> None:
    file = tmp_path / "channels"
    file.write_text(content)
    with pytest.raises(UsageError, match=r"channels: it holds no address; write one address on each line"):
        read_addresses([f"@{file}"])


def test_missing_folder_and_binary_file_are_reported_without_their_content(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for path, why in [
        (tmp_path / "none", "No such file"),
        (tmp_path, "Is a directory"),
        (binary, "not a text"),
    ]:
        with pytest.raises(IOFailureError, match=why):
            read_addresses([f"@{path}"])
