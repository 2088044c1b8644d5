r"""RE2 patterns written anew for Python's ``re``, with the same matches.

What differs between the two is rewritten: ``$`` and ``\z``, ``\s`` without the vertical tab, ASCII classes under
Unicode folding, flags in the middle, ``\Q...\E``, ``{,n}`` taken literally, POSIX classes. What Python has and RE2 has
not is refused as RE2 refuses it. What RE2 has and Python has not is refused with the way out, and so are repeated
repetitions, on which Python may take for ever.
Source: https://github.com/google/re2/wiki/Syntax.
"""

import re
import sys

Ranges = list[tuple[int, int]]

_WAY_OUT = 'only google-re2 runs this: pip install "cloudrun-triage[re2]"'
_QUANTIFIER = re.compile(r"([*+?]|\{(\d+)(?:(,)(\d*))?\})(\??)", re.ASCII)
_GROUP_NAME = re.compile(r"\?P?<\w+>")
_FLAGS = re.compile(r"\?([imsU]*)(?:-([imsU]+))?([:)])", re.ASCII)
_MOST_REPEATS, _MOST_GROUPS = 1000, 100
_CONTROL = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_ANCHORS = {"^": (r"\A", "(?m:^)"), "$": (r"\Z", "(?m:$)")}
_EMPTY_WIDTH = {"A": r"\A", "z": r"\Z", "b": r"(?a:\b)", "B": r"(?!(?a:\b))"}
_PERL: dict[str, Ranges] = {
    "d": [(48, 57)],
    "s": [(9, 10), (12, 13), (32, 32)],
    "w": [(48, 57), (65, 90), (95, 95), (97, 122)],
}
_POSIX: dict[str, Ranges] = {
    "alnum": [(48, 57), (65, 90), (97, 122)],
    "alpha": [(65, 90), (97, 122)],
    "ascii": [(0, 127)],
    "blank": [(9, 9), (32, 32)],
    "cntrl": [(0, 31), (127, 127)],
    "digit": [(48, 57)],
    "graph": [(33, 126)],
    "lower": [(97, 122)],
    "print": [(32, 126)],
    "punct": [(33, 47), (58, 64), (91, 96), (123, 126)],
    "space": [(9, 13), (32, 32)],
    "upper": [(65, 90)],
    "word": _PERL["w"],
    "xdigit": [(48, 57), (65, 70), (97, 102)],
}


class RegexError(ValueError):
    """A pattern that cannot be used; the text says why."""


def translate(pattern: str) -> str:
    """Return the pattern of RE2 as one of Python's ``re``, to be compiled without flags.

    Raises:
        RegexError: RE2 has no such pattern, or Python cannot do what it asks.

    """
    reader = _Reader(pattern)
    translated, _ = reader.alternatives(frozenset(), 0)
    if reader.at < len(pattern):
        raise RegexError("unexpected ): no group is open here")
    return translated


class _Weight:
    """How often a piece may repeat: ``most`` times if counted, for ever if ``endless``."""

    def __init__(self, most: int = 1, *, endless: bool = False) -> None:
        self.most, self.endless = most, endless

    def beside(self, other: "_Weight") -> "_Weight":
        return _Weight(max(self.most, other.most), endless=self.endless or other.endless)


class _Reader:
    """Reads a pattern from left to right; ``at`` is the next character."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at = pattern, 0

    def alternatives(self, flags: frozenset[str], depth: int) -> tuple[str, _Weight]:
        """Read up to the end of the group and return its translation; flags set inside end with it."""
        if depth > _MOST_GROUPS:
            raise RegexError("groups are nested too deeply")
        branches, weight = [""], _Weight()
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            if self._take("|"):
                branches.append("")
            elif (changed := self._changed(flags)) is not None:
                flags = changed
            else:
                piece, heavy = self._repeated(flags, depth)
                branches[-1] += piece
                weight = weight.beside(heavy)
        return "|".join(branches), weight

    def _take(self, text: str) -> bool:
        if self.pattern.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def _changed(self, flags: frozenset[str]) -> frozenset[str] | None:
        """Read ``(?i)`` and its like and return the flags from here on; None where there is none."""
        match = _FLAGS.match(self.pattern, self.at + 1) if self.pattern.startswith("(?", self.at) else None
        if match is None or match[3] == ":":
            return None
        self.at = match.end()
        if _QUANTIFIER.match(self.pattern, self.at):
            raise RegexError(f"a repetition behind {match[0]}: {_WAY_OUT}")
        return self._with(flags, match)

    @staticmethod
    def _with(flags: frozenset[str], match: re.Match[str]) -> frozenset[str]:
        if not match[1] and not match[2] and match[3] == ")":
            raise RegexError("missing argument to repetition operator: ?")
        return (flags | set(match[1])) - set(match[2] or "")

    def _repeated(self, flags: frozenset[str], depth: int) -> tuple[str, _Weight]:
        piece, weight = self._atom(flags, depth)
        match = _QUANTIFIER.match(self.pattern, self.at)
        if match is None:
            return piece, weight
        self.at = match.end()
        if _QUANTIFIER.match(self.pattern, self.at):
            raise RegexError(f"bad repetition operator: {match[0]}{self.pattern[self.at]}")
        low = int(match[2]) if match[2] else 0
        high = None if match[1] in "*+" or (match[3] and not match[4]) else int(match[4] or low or 1)
        if max(low, high or 0) > _MOST_REPEATS or (high is not None and high < low):
            raise RegexError(f"bad repetition operator: {match[1]}")
        if weight.endless and (high is None or high > 1):
            raise RegexError(f"a repetition inside {match[1]}: {_WAY_OUT}")
        most = weight.most * max(low, high or 1)
        if most > _MOST_REPEATS:
            raise RegexError(f"bad repetition operator: {match[1]} inside of a repetition")
        lazy = (match[5] == "?") != ("U" in flags)
        repeated = f"(?:{piece}){match[1]}{'?' if lazy else ''}"
        return repeated, _Weight(most, endless=weight.endless or high is None)

    def _atom(self, flags: frozenset[str], depth: int) -> tuple[str, _Weight]:
        char = self.pattern[self.at]
        if char == "(":
            return self._group(flags, depth)
        if match := _QUANTIFIER.match(self.pattern, self.at):
            raise RegexError(f"no argument for repetition operator: {match[0]}")
        self.at += 1
        match char:
            case "\\":
                return self._escape(flags), _Weight()
            case "[":
                return _fold(self._set(flags), flags), _Weight()
            case ".":
                return "(?s:.)" if "s" in flags else ".", _Weight()
            case "^" | "$":
                return _ANCHORS[char]["m" in flags], _Weight()
            case _:
                return _fold(re.escape(char), flags), _Weight()

    def _group(self, flags: frozenset[str], depth: int) -> tuple[str, _Weight]:
        self.at += 1
        opened = "("
        if match := _GROUP_NAME.match(self.pattern, self.at):
            self.at = match.end()
        elif match := _FLAGS.match(self.pattern, self.at):
            flags = self._with(flags, match)
            opened = "(?:"
            self.at = match.end()
        elif self.pattern.startswith("?", self.at):
            raise RegexError(f"invalid or unsupported Perl syntax: {self.pattern[self.at - 1 : self.at + 3]}")
        inside, weight = self.alternatives(flags, depth + 1)
        if not self._take(")"):
            raise RegexError(f"missing ): {self.pattern}")
        return f"{opened}{inside})", weight

    def _escape(self, flags: frozenset[str]) -> str:
        r"""Translate what follows a backslash; ``\Q`` quotes up to ``\E`` or the end."""
        char = self.pattern[self.at : self.at + 1]
        if char == "Q":
            end = self.pattern.find("\\E", self.at)
            text = self.pattern[self.at + 1 : end if end >= 0 else None]
            self.at = end + 2 if end >= 0 else len(self.pattern)
            return _fold(re.escape(text), flags) if len(text) == 1 else self._quoted(text, flags)
        if char in _EMPTY_WIDTH and char:
            self.at += 1
            return _EMPTY_WIDTH[char]
        if char.lower() in _PERL and char:
            self.at += 1
            return _fold(f"[{'^' if char.isupper() else ''}{_written(_PERL[char.lower()])}]", flags)
        if char in ("p", "P", "C"):
            raise RegexError(f"\\{char}: {_WAY_OUT}")
        return _fold(re.escape(chr(self._character())), flags)

    def _quoted(self, text: str, flags: frozenset[str]) -> str:
        """Write quoted text; a quantifier behind it repeats its last character only."""
        if not _QUANTIFIER.match(self.pattern, self.at):
            return _fold(re.escape(text), flags)
        raise RegexError(f"a repetition behind \\E: {_WAY_OUT}")

    def _character(self) -> int:
        """Read one escaped character behind the backslash and return its code point."""
        char = self.pattern[self.at : self.at + 1]
        if match := re.compile(r"x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]{1,8})\}").match(self.pattern, self.at):
            self.at = match.end()
            return _code_point(int(match[1] or match[2], 16))
        if match := re.compile(r"0[0-7]{0,2}|[1-7][0-7]{1,2}").match(self.pattern, self.at):
            self.at = match.end()
            return int(match[0], 8)
        self.at += 1
        if char in _CONTROL and char:
            return _CONTROL[char]
        if not char or (char.isascii() and char.isalnum()) or not char.isascii():
            raise RegexError(f"invalid escape sequence: \\{char}")
        return ord(char)

    def _set(self, flags: frozenset[str]) -> str:
        """Read a bracket expression behind its ``[`` and return Python's."""
        negated = self._take("^")
        ranges: Ranges = []
        while not self.pattern.startswith("]", self.at) or not ranges:
            if self.at >= len(self.pattern):
                raise RegexError("missing ]")
            ranges += self._posix() or self._perl(flags) or self._range()
        self.at += 1
        return f"[{'^' if negated else ''}{_written(ranges)}]"

    def _posix(self) -> Ranges | None:
        match = re.compile(r"\[:(\^?)(\w+):\]").match(self.pattern, self.at)
        if match is None:
            return None
        if match[2] not in _POSIX:
            raise RegexError(f"invalid character class range: {match[0]}")
        self.at = match.end()
        return _all_but(_POSIX[match[2]]) if match[1] else _POSIX[match[2]]

    def _perl(self, flags: frozenset[str]) -> Ranges | None:
        match = re.compile(r"\\([dDsSwW])").match(self.pattern, self.at)
        if match is None:
            return None
        if match[1].isupper() and "i" in flags:
            raise RegexError(f"{match[0]} in brackets without case: {_WAY_OUT}")
        self.at = match.end()
        ranges = _PERL[match[1].lower()]
        return ranges if match[1].islower() else _all_but(ranges)

    def _range(self) -> Ranges:
        low = self._set_character()
        if not self.pattern.startswith("-", self.at) or self.pattern.startswith("-]", self.at):
            return [(low, low)]
        self.at += 1
        high = self._set_character()
        if high < low:
            raise RegexError(f"invalid character class range: {chr(low)}-{chr(high)}")
        return [(low, high)]

    def _set_character(self) -> int:
        if self._take("\\"):
            if self.pattern.startswith(("p", "P"), self.at):
                raise RegexError(f"\\p: {_WAY_OUT}")
            return self._character()
        if self.at >= len(self.pattern):
            raise RegexError("missing ]")
        self.at += 1
        return ord(self.pattern[self.at - 1])


def _fold(piece: str, flags: frozenset[str]) -> str:
    return f"(?i:{piece})" if "i" in flags else piece


def _code_point(number: int) -> int:
    if number > sys.maxunicode:
        raise RegexError(f"invalid escape sequence: \\x{{{number:x}}}")
    return number


def _all_but(ranges: Ranges) -> Ranges:
    edges = [-1, *(edge for pair in ranges for edge in pair), sys.maxunicode + 1]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(low + 1, high - 1) for low, high in pairs if low + 1 <= high - 1]


def _written(ranges: Ranges) -> str:
    return "".join(f"\\U{low:08x}" if low == high else f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)
