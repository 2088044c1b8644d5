r"""Translate RE2 patterns for Python's ``re``, with the same matches.

Syntax that differs is rewritten: ``$`` and ``\z``, ``\s`` without the vertical tab, ASCII classes under
Unicode folding, flags in the middle, ``\Q...\E``, ``{,n}`` as literal text, POSIX classes. Syntax that RE2
does not have is rejected as RE2 rejects it. Syntax that Python does not have is rejected with a hint, and so
are nested repetitions, on which Python may not terminate.
Source: https://github.com/google/re2/wiki/Syntax.
"""

import re
import sys

Ranges = list[tuple[int, int]]

_RE2_HINT = 'only google-re2 runs this: pip install "cloudrun-triage[re2]"'
_QUANTIFIER = re.compile(r"([*+?]|\{(\d+)(?:(,)(\d*))?\})(\??)", re.ASCII)
_GROUP_NAME = re.compile(r"\?P?<\w+>")
_FLAGS = re.compile(r"\?([imsU]*)(?:-([imsU]+))?([:)])", re.ASCII)
_MAX_REPEATS, _MAX_GROUPS = 1000, 100
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
    """The pattern is invalid or unsupported; the message says why."""


def translate(pattern: str) -> str:
    """Return an RE2 pattern as a pattern of Python's ``re``, without flags.

    Raises:
        RegexError: the pattern is invalid in RE2, or Python cannot run it.

    """
    translator = _Translator(pattern)
    translated, _ = translator.translate_alternatives(frozenset(), 0)
    if translator.at < len(pattern):
        raise RegexError("unexpected ): no group is open here")
    return translated


class _RepeatBound:
    """How often a piece may repeat: at most ``most`` times, or without limit."""

    def __init__(self, most: int = 1, *, endless: bool = False) -> None:
        self.most, self.endless = most, endless

    def combine(self, other: "_RepeatBound") -> "_RepeatBound":
        return _RepeatBound(max(self.most, other.most), endless=self.endless or other.endless)


class _Translator:
    """Translates a pattern from left to right; ``at`` is the next character."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at = pattern, 0

    def translate_alternatives(self, flags: frozenset[str], depth: int) -> tuple[str, _RepeatBound]:
        """Translate up to the end of the group; flags set inside end with it."""
        if depth > _MAX_GROUPS:
            raise RegexError("groups are nested too deeply")
        branches, weight = [""], _RepeatBound()
        while self.at < len(self.pattern) and self.pattern[self.at] != ")":
            if self._accept("|"):
                branches.append("")
            elif (changed := self._flag_group(flags)) is not None:
                flags = changed
            else:
                piece, heavy = self._translate_repeated(flags, depth)
                branches[-1] += piece
                weight = weight.combine(heavy)
        return "|".join(branches), weight

    def _accept(self, text: str) -> bool:
        if self.pattern.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def _flag_group(self, flags: frozenset[str]) -> frozenset[str] | None:
        """Read a flag group such as ``(?i)``; return the new flags or None."""
        match = _FLAGS.match(self.pattern, self.at + 1) if self.pattern.startswith("(?", self.at) else None
        if match is None or match[3] == ":":
            return None
        self.at = match.end()
        if _QUANTIFIER.match(self.pattern, self.at):
            raise RegexError(f"a repetition behind {match[0]}: {_RE2_HINT}")
        return self._apply_flags(flags, match)

    @staticmethod
    def _apply_flags(flags: frozenset[str], match: re.Match[str]) -> frozenset[str]:
        if not match[1] and not match[2] and match[3] == ")":
            raise RegexError("missing argument to repetition operator: ?")
        return (flags | set(match[1])) - set(match[2] or "")

    def _translate_repeated(self, flags: frozenset[str], depth: int) -> tuple[str, _RepeatBound]:
        piece, weight = self._translate_atom(flags, depth)
        match = _QUANTIFIER.match(self.pattern, self.at)
        if match is None:
            return piece, weight
        self.at = match.end()
        if _QUANTIFIER.match(self.pattern, self.at):
            raise RegexError(f"bad repetition operator: {match[0]}{self.pattern[self.at]}")
        low = int(match[2]) if match[2] else 0
        high = None if match[1] in "*+" or (match[3] and not match[4]) else int(match[4] or low or 1)
        if max(low, high or 0) > _MAX_REPEATS or (high is not None and high < low):
            raise RegexError(f"bad repetition operator: {match[1]}")
        if weight.endless and (high is None or high > 1):
            raise RegexError(f"a repetition inside {match[1]}: {_RE2_HINT}")
        most = weight.most * max(low, high or 1)
        if most > _MAX_REPEATS:
            raise RegexError(f"bad repetition operator: {match[1]} inside of a repetition")
        lazy = (match[5] == "?") != ("U" in flags)
        repeated = f"(?:{piece}){match[1]}{'?' if lazy else ''}"
        return repeated, _RepeatBound(most, endless=weight.endless or high is None)

    def _translate_atom(self, flags: frozenset[str], depth: int) -> tuple[str, _RepeatBound]:
        char = self.pattern[self.at]
        if char == "(":
            return self._translate_group(flags, depth)
        if match := _QUANTIFIER.match(self.pattern, self.at):
            raise RegexError(f"no argument for repetition operator: {match[0]}")
        self.at += 1
        match char:
            case "\\":
                return self._translate_escape(flags), _RepeatBound()
            case "[":
                return _with_case_flag(self._translate_set(flags), flags), _RepeatBound()
            case ".":
                return "(?s:.)" if "s" in flags else ".", _RepeatBound()
            case "^" | "$":
                return _ANCHORS[char]["m" in flags], _RepeatBound()
            case _:
                return _with_case_flag(re.escape(char), flags), _RepeatBound()

    def _translate_group(self, flags: frozenset[str], depth: int) -> tuple[str, _RepeatBound]:
        self.at += 1
        opened = "("
        if match := _GROUP_NAME.match(self.pattern, self.at):
            self.at = match.end()
        elif match := _FLAGS.match(self.pattern, self.at):
            flags = self._apply_flags(flags, match)
            opened = "(?:"
            self.at = match.end()
        elif self.pattern.startswith("?", self.at):
            raise RegexError(f"invalid or unsupported Perl syntax: {self.pattern[self.at - 1 : self.at + 3]}")
        inside, weight = self.translate_alternatives(flags, depth + 1)
        if not self._accept(")"):
            raise RegexError(f"missing ): {self.pattern}")
        return f"{opened}{inside})", weight

    def _translate_escape(self, flags: frozenset[str]) -> str:
        r"""Translate an escape; ``\Q`` quotes up to ``\E`` or the end."""
        char = self.pattern[self.at : self.at + 1]
        if char == "Q":
            end = self.pattern.find("\\E", self.at)
            text = self.pattern[self.at + 1 : end if end >= 0 else None]
            self.at = end + 2 if end >= 0 else len(self.pattern)
            return (
                _with_case_flag(re.escape(text), flags)
                if len(text) == 1
                else self._translate_quoted(text, flags)
            )
        if char in _EMPTY_WIDTH and char:
            self.at += 1
            return _EMPTY_WIDTH[char]
        if char.lower() in _PERL and char:
            self.at += 1
            return _with_case_flag(
                f"[{'^' if char.isupper() else ''}{_write_ranges(_PERL[char.lower()])}]", flags
            )
        if char in ("p", "P", "C"):
            raise RegexError(f"\\{char}: {_RE2_HINT}")
        return _with_case_flag(re.escape(chr(self._read_escape())), flags)

    def _translate_quoted(self, text: str, flags: frozenset[str]) -> str:
        """Escape quoted text; a quantifier repeats its last character only."""
        if not _QUANTIFIER.match(self.pattern, self.at):
            return _with_case_flag(re.escape(text), flags)
        raise RegexError(f"a repetition behind \\E: {_RE2_HINT}")

    def _read_escape(self) -> int:
        """Read one escaped character after the backslash, as a code point."""
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

    def _translate_set(self, flags: frozenset[str]) -> str:
        """Translate a bracket expression after its ``[``."""
        negated = self._accept("^")
        ranges: Ranges = []
        while not self.pattern.startswith("]", self.at) or not ranges:
            if self.at >= len(self.pattern):
                raise RegexError("missing ]")
            ranges += self._read_posix_class() or self._read_perl_class(flags) or self._read_range()
        self.at += 1
        return f"[{'^' if negated else ''}{_write_ranges(ranges)}]"

    def _read_posix_class(self) -> Ranges | None:
        match = re.compile(r"\[:(\^?)(\w+):\]").match(self.pattern, self.at)
        if match is None:
            return None
        if match[2] not in _POSIX:
            raise RegexError(f"invalid character class range: {match[0]}")
        self.at = match.end()
        return _complement(_POSIX[match[2]]) if match[1] else _POSIX[match[2]]

    def _read_perl_class(self, flags: frozenset[str]) -> Ranges | None:
        match = re.compile(r"\\([dDsSwW])").match(self.pattern, self.at)
        if match is None:
            return None
        if match[1].isupper() and "i" in flags:
            raise RegexError(f"{match[0]} in brackets without case: {_RE2_HINT}")
        self.at = match.end()
        ranges = _PERL[match[1].lower()]
        return ranges if match[1].islower() else _complement(ranges)

    def _read_range(self) -> Ranges:
        low = self._read_set_character()
        if not self.pattern.startswith("-", self.at) or self.pattern.startswith("-]", self.at):
            return [(low, low)]
        self.at += 1
        high = self._read_set_character()
        if high < low:
            raise RegexError(f"invalid character class range: {chr(low)}-{chr(high)}")
        return [(low, high)]

    def _read_set_character(self) -> int:
        if self._accept("\\"):
            if self.pattern.startswith(("p", "P"), self.at):
                raise RegexError(f"\\p: {_RE2_HINT}")
            return self._read_escape()
        if self.at >= len(self.pattern):
            raise RegexError("missing ]")
        self.at += 1
        return ord(self.pattern[self.at - 1])


def _with_case_flag(piece: str, flags: frozenset[str]) -> str:
    return f"(?i:{piece})" if "i" in flags else piece


def _code_point(number: int) -> int:
    if number > sys.maxunicode:
        raise RegexError(f"invalid escape sequence: \\x{{{number:x}}}")
    return number


def _complement(ranges: Ranges) -> Ranges:
    edges = [-1, *(edge for pair in ranges for edge in pair), sys.maxunicode + 1]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(low + 1, high - 1) for low, high in pairs if low + 1 <= high - 1]


def _write_ranges(ranges: Ranges) -> str:
    return "".join(f"\\U{low:08x}" if low == high else f"\\U{low:08x}-\\U{high:08x}" for low, high in ranges)
