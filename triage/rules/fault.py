"""A fault of a rule pack and its position."""

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """A fault of a pack. ``str()`` gives ``file:line: what``.

    Attributes:
        path: path of the file.
        line: line, from 1.
        what: the fault.

    """

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        """Return the fault as one line."""
        return f"{self.path}:{self.line}: {self.what}"
