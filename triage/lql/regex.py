"""Regular expressions in RE2 syntax: unanchored and case-sensitive.

google-re2 (the extra ``re2``) runs them where it is installed. Otherwise the pattern is translated for
Python's ``re``, which supports most of the syntax and rejects the rest with a message.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from triage.lql.re2_translation import RegexError, translate


@dataclass(frozen=True)
class Regex:
    """A compiled pattern.

    Attributes:
        matches: return whether a text contains a match.
        capture: return the first group of the first match; None without a match or group.
        groups: the number of groups.

    """

    matches: Callable[[str], bool]
    capture: Callable[[str], str | None]
    groups: int


@lru_cache(maxsize=256)
def compile_regex(pattern: str) -> Regex:
    """Return the compiled pattern.

    Raises:
        RegexError: the pattern is invalid in RE2, or needs google-re2, which is not installed.

    """
    try:
        import re2  # type: ignore[import-untyped]  # noqa: F401 (asked for only)
    except ImportError:
        return compile_with_re(pattern)
    return _compile_with_re2(pattern)


def compile_with_re(pattern: str) -> Regex:
    """Return the pattern compiled with Python's ``re``."""
    try:
        compiled = re.compile(translate(pattern))
    except (re.error, OverflowError, RecursionError) as error:
        raise RegexError(f"not a regular expression: {error}") from error

    def capture(text: str) -> str | None:
        match = compiled.search(text)
        return match[1] if match else None

    return Regex(lambda text: compiled.search(text) is not None, capture, compiled.groups)


def _compile_with_re2(pattern: str) -> Regex:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        raise RegexError(_error_message(error)) from error

    def capture(text: str) -> str | None:
        match = compiled.search(text.encode(errors="replace"))
        group: bytes | None = match[1] if match else None
        return None if group is None else group.decode(errors="replace")

    return Regex(
        lambda text: compiled.search(text.encode(errors="replace")) is not None, capture, compiled.groups
    )


def _error_message(error: Exception) -> str:
    what = error.args[0] if error.args else ""
    text = what.decode(errors="replace") if isinstance(what, bytes) else str(error)
    return f"not a regular expression of RE2: {text}"
