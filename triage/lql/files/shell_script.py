"""Filters in the gcloud commands of shell scripts."""

import re
from collections.abc import Iterator

from triage.lql.files.found_filter import PLACEHOLDER, FoundFilter, Letter
from triage.models import FilterPurpose

#: What the filter of each group of ``gcloud logging`` is for.
#: Source: https://cloud.google.com/sdk/gcloud/reference/logging
_GROUPS: dict[str, FilterPurpose] = {"sinks": "sink", "metrics": "metric", "views": "view"}
#: Commands whose first argument is a filter. What ``tail`` prints is new, like what a sink gets.
_READERS: dict[str, FilterPurpose] = {"read": "read", "tail": "sink"}
_EXCLUSIONS = ("--exclusion", "--add-exclusion", "--update-exclusion")
#: An option of gcloud; a filter may begin with a minus too.
_OPTION = re.compile(r"--[a-z][a-z-]*(?:=|$)|-[a-z]$")
#: Options without a value; all others take the next word that is no option, where none is joined by "=".
_FLAGS = ("--quiet", "-q", "--log-http", "--use-partitioned-tables", "--include-children", "--disabled")
_RELEASES = ("alpha", "beta", "preview")
_EXPANSION = re.compile(r"\$(?:\{[^{}]*\}|\w+|[@*#?$!-])")
_END_OF_COMMAND = frozenset(";&|()\n")
#: The beginning of a here-document, with the line that ends it.
_DOCUMENT = re.compile(r"""(?<!<)<<-?[ \t]*('[^'\n]+'|"[^"\n]+"|[A-Za-z_\\][\w\\.-]*)""")
_ESCAPES = {"n": "\n", "t": "\t", "'": "'", '"': '"', "\\": "\\"}

Word = tuple[Letter, ...]


def find_in_script(source: str) -> Iterator[FoundFilter]:
    """Yield the filters of the gcloud commands in a shell script, in the order of the script."""
    found: list[FoundFilter] = []
    for command in _commands(source):
        words = ["".join(letter.text for letter in word) for word in command]
        if "gcloud" in words:
            at = words.index("gcloud") + 1
            found += _find_in_command(command[at:], words[at:])
    yield from sorted(found, key=lambda one: one.offset)


def _find_in_command(command: list[Word], words: list[str]) -> Iterator[FoundFilter]:
    """Yield the filters of a gcloud command, given without its first word."""
    options = list(_options(command, words))
    named = ["".join(letter.text for letter in value) for name, value in options if not name]
    arguments = [value for name, value in options if not name]
    if named[:1] and named[0] in _RELEASES:
        named, arguments = named[1:], arguments[1:]
    if named[:1] != ["logging"] or len(named) < 2:
        return
    group = named[1]
    where = f"gcloud logging {group}"
    for name, value in options:
        text = "".join(letter.text for letter in value)
        if name == "--log-filter" and group in _GROUPS:
            yield _found(where, _GROUPS[group], value)
        elif name in _EXCLUSIONS and (at := re.search(r"(?:^|,)filter=", text)):
            yield _found(where, "exclusion", value[at.end() :])
    if group in _READERS:
        # --freshness bounds the time outside of the filter, as the Logs Explorer does.
        fresh = any(name == "--freshness" for name, _ in options)
        purpose = "explorer" if fresh else _READERS[group]
        yield from (_found(where, purpose, value) for value in arguments[2:3])


def _found(where: str, purpose: FilterPurpose, word: Word) -> FoundFilter:
    known = not word or any(letter.known for letter in word)
    return FoundFilter(where, purpose, word if known else None, word[0].offset if word else 0)


def _options(command: list[Word], words: list[str]) -> Iterator[tuple[str, Word]]:
    """Yield the options with their values, and the other words with an empty name."""
    name = ""
    for word, text in zip(command, words, strict=True):
        if _OPTION.match(text):
            option, joined, _ = text.partition("=")
            if joined:
                yield option, word[len(option) + 1 :]
            flag = joined or text in _FLAGS or text.startswith("--no-")
            name = "" if flag else text
        elif text != "--":
            yield name, word
            name = ""


def _commands(source: str) -> list[list[Word]]:
    """Return the words of each simple command, also of those in substitutions and here-documents.

    Quotes, escapes and continued lines are read as a shell reads them. An expansion becomes one character of
    unknown text.
    """
    reader = _Reader(source, 0, len(source))
    reader.read_commands("")
    return reader.commands


class _Reader:
    """Reads a script, or a here-document in it.

    Attributes:
        commands: the commands that it has read.

    """

    def __init__(self, source: str, start: int, end: int) -> None:
        self._source = source
        self._at = start
        self._end = end
        #: The lines that end the here-documents that begin behind this line.
        self._document_ends: list[str] = []
        self.commands: list[list[Word]] = []

    def read_commands(self, closing: str) -> None:
        """Read commands up to and with the character that closes them, "" for the end of the script."""
        source = self._source
        command: list[Word] = []
        depth = 0
        while self._at < self._end:
            letter = source[self._at]
            if letter == closing and (depth <= 0 or letter == "`"):
                self._at += 1
                break
            if letter in _END_OF_COMMAND:
                self._keep(command)
                command = []
                depth += {"(": 1, ")": -1}.get(letter, 0)
                self._at += 1
                if letter == "\n":
                    self._read_documents()
            elif letter.isspace():
                self._at += 1
            elif letter == "#":
                self._at = self._find("\n", self._at)
            elif document := _DOCUMENT.match(source, self._at):
                self._document_ends.append(document[1].replace("\\", "").strip("'\""))
                self._at = document.end()
            else:
                command += self._read_word(closing)
        self._keep(command)

    def _keep(self, command: list[Word]) -> None:
        if command:
            self.commands.append(command)

    def _read_word(self, closing: str) -> list[Word]:
        """Return the word that begins here, nothing for a continued line between words."""
        source, start = self._source, self._at
        word: list[Letter] = []
        continued = 0
        while self._at < self._end:
            letter = source[self._at]
            if letter.isspace() or letter in _END_OF_COMMAND or letter == closing:
                break
            if _DOCUMENT.match(source, self._at):
                break
            if source.startswith("\\\n", self._at):
                self._at += 2
                continued += 2
            else:
                word += self._read_part()
        return [tuple(word)] if self._at > start + continued else []

    def _read_documents(self) -> None:
        """Read the here-documents that begin where a line has ended; what has no end is no document."""
        for last in self._document_ends:
            line = re.compile(rf"^[ \t]*{re.escape(last)}\r?$", re.MULTILINE)
            if found := line.search(self._source, self._at, self._end):
                document = _Reader(self._source, self._at, found.start())
                document.read_commands("")
                self.commands += document.commands
                self._at = found.end()
        self._document_ends = []

    def _read_part(self) -> list[Letter]:
        """Return the characters of a quoted string, an expansion or one character."""
        source, at = self._source, self._at
        if source[at] == "'":
            self._at = self._find("'", at + 1) + 1
            return [Letter(source[index], index) for index in range(at + 1, self._at - 1)]
        if source.startswith("$'", at):
            self._at += 2
            return self._read_escaped()
        if source.startswith(('"', '$"'), at):
            self._at += 1 + (source[at] == "$")
            return self._read_double_quoted()
        if source[at] == "\\" and at + 1 < self._end:
            self._at += 2
            return [Letter(source[at + 1], at + 1)]
        return self._read_expansion() or self._read_letter()

    def _read_letter(self) -> list[Letter]:
        self._at += 1
        return [Letter(self._source[self._at - 1], self._at - 1)]

    def _read_escaped(self) -> list[Letter]:
        r"""Return the characters of a string in $'...' with \n, \t, \' and \\ replaced."""
        source = self._source
        letters: list[Letter] = []
        while self._at < self._end and source[self._at] != "'":
            following = source[self._at + 1 : self._at + 2]
            if source[self._at] == "\\" and following in _ESCAPES:
                letters.append(Letter(_ESCAPES[following], self._at))
                self._at += 2
            else:
                letters += self._read_letter()
        self._at += 1
        return letters

    def _read_double_quoted(self) -> list[Letter]:
        source = self._source
        letters: list[Letter] = []
        while self._at < self._end and source[self._at] != '"':
            if source.startswith("\\\n", self._at):
                self._at += 2
            elif source[self._at] == "\\" and source[self._at + 1 : self._at + 2] in ("$", "`", '"', "\\"):
                letters.append(Letter(source[self._at + 1], self._at))
                self._at += 2
            else:
                letters += self._read_expansion() or self._read_letter()
        self._at += 1
        return letters

    def _read_expansion(self) -> list[Letter]:
        """Return an unknown character for a parameter or the output of commands, nothing for other text."""
        source = self._source
        unknown = [Letter(PLACEHOLDER, self._at, known=False)]
        if source.startswith("$(", self._at):
            self._at += 2
            self.read_commands(")")
            return unknown
        if source[self._at] == "`":
            self._at += 1
            self.read_commands("`")
            return unknown
        if found := _EXPANSION.match(source, self._at):
            self._at = found.end()
            return unknown
        return []

    def _find(self, text: str, at: int) -> int:
        """Return the offset of a text, or the end."""
        found = self._source.find(text, at, self._end)
        return self._end if found < 0 else found
