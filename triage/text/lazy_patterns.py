"""Regular expressions that are compiled when they are first used, so that a program starts fast."""

import re
from typing import Any, AnyStr, cast


class _LazyPattern:
    """A pattern that takes its methods from the compiled one, which is made for the first of them."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern, self.flags = pattern, flags
        self._compiled: re.Pattern[str] | re.Pattern[bytes] | None = None

    def __getattr__(self, name: str) -> Any:
        """Return what the compiled pattern has of this name, and keep it for the next time."""
        if name.startswith("__"):
            raise AttributeError(name)  # a copy asks for special methods
        self._compiled = self._compiled or re.compile(self.pattern, self.flags)
        value = getattr(self._compiled, name)
        setattr(self, name, value)
        return value


def lazy_pattern(pattern: AnyStr, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[AnyStr]:
    """Return a pattern that is compiled when it is first used.

    It is for patterns of which a run needs few, such as the forms of secrets.
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(pattern, flags))
