"""The lines of a TOML file that its tables and keys stand on."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

_TABLES = {name: re.compile(rf"\[\[\s*{name}\s*\]\]") for name in ("rules", "causes")}
_HEADER = re.compile(r"\s*\[")


class TomlFile(msgspec.Struct, frozen=True):
    """One TOML file of a pack.

    Attributes:
        path: path of the file.
        text: its text.

    """

    path: str
    text: str

    def table_lines(self, table: str) -> list[int]:
        """Return the line of each ``[[table]]``, in order."""
        lines = []
        line, at = 1, 0
        for found in _TABLES[table].finditer(self.text):
            line += self.text.count("\n", at, found.start())
            at = found.start()
            before = self.text[self.text.rfind("\n", 0, at) + 1 : at]
            if not before.strip():
                lines.append(line)
        return lines

    def has_tables(self, table: str, count: int) -> bool:
        """Return whether so many ``[[table]]`` stand in it; the usual way to write them needs no search."""
        return self.text.count(f"[[{table}]]") == count or len(self.table_lines(table)) == count

    def key_line(self, table: int, key: str) -> int:
        """Return the line that sets a key of the table whose header is on a line, else that line."""
        sets = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]")
        for number, line in enumerate(self.text.split("\n")[table:], table + 1):
            if sets.match(line):
                return number
            if _HEADER.match(line):
                break
        return table

    def line_of(self, *path: str | int) -> int:
        """Return the line of a value such as ``"chain", "phases", 1, "name"``, else that of what holds it.

        A number selects one table of an array of tables. Without a line of its own, the value is on line 1.
        """
        line, names = 0, list[str]()
        for index, part in enumerate(path):
            if isinstance(part, int):
                continue
            names.append(part)
            headers = [number for number in self._headers(names) if number > line]
            if not headers:
                return self.key_line(line, part) or self.key_line(0, ".".join(names)) or 1
            count = next((follows for follows in path[index + 1 : index + 2] if isinstance(follows, int)), 0)
            line = headers[min(count, len(headers) - 1)]
        return line or 1

    def _headers(self, names: Sequence[str]) -> list[int]:
        """Return the lines of the headers of a table or of an array of tables."""
        dotted = r"\s*\.\s*".join(map(re.escape, names))
        header = re.compile(rf"\s*\[+\s*{dotted}\s*\]")
        return [number for number, text in enumerate(self.text.split("\n"), 1) if header.match(text)]


class TableHeader(NamedTuple):
    """Where a table of a pack stands, so that a fault can name its line.

    Attributes:
        file: the file.
        table: the name of the table.
        number: how many tables of this name stand before it.

    """

    file: TomlFile
    table: str
    number: int

    @property
    def line(self) -> int:
        """Return the line of the header, 1 if it cannot be found."""
        return next(iter(self.file.table_lines(self.table)[self.number :]), 1)
