"""What is wrong with a rule pack, and where."""

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with a pack, and where: ``str()`` gives ``file:line: what``."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        """Return the one line that a person reads."""
        return f"{self.path}:{self.line}: {self.what}"
