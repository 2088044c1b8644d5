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
#: Options without a value; all others take the next word where it is not joined by "=".
_FLAGS = ("--quiet", "-q", "--log-http", "--use-partitioned-tables", "--include-children", "--disabled")
_RELEASES = ("alpha", "beta", "preview")
_EXPANSION = re.compile(r"\$(?:\{[^{}]*\}|\w+|[@*#?$!-])")
_END_OF_COMMAND = frozenset(";&|()\n")

Word = tuple[Letter, ...]


def find_in_script(source: str) -> Iterator[FoundFilter]:
    """Yield the filters of the gcloud commands in a shell script."""
    for command in _commands(source):
        words = ["".join(letter.text for letter in word) for word in command]
        if "gcloud" in words:
            at = words.index("gcloud") + 1
            yield from _find_in_command(command[at:], words[at:])


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
        # --freshness bounds the time outside of the filter, as the time range of a view's reader does.
        fresh = any(name == "--freshness" for name, _ in options)
        purpose = "view" if fresh else _READERS[group]
        yield from (_found(where, purpose, value) for value in arguments[2:3])


def _found(where: str, purpose: FilterPurpose, word: Word) -> FoundFilter:
    known = not word or any(letter.known for letter in word)
    return FoundFilter(where, purpose, word if known else None, word[0].offset if word else 0)


def _options(command: list[Word], words: list[str]) -> Iterator[tuple[str, Word]]:
    """Yield the options with their values, and the other words with an empty name."""
    name = ""
    for word, text in zip(command, words, strict=True):
        if name:
            yield name, word
            name = ""
        elif text.startswith("-"):
            option, joined, _ = text.partition("=")
            if joined:
                yield option, word[len(option) + 1 :]
            elif text not in _FLAGS and not text.startswith("--no-"):
                name = text
        else:
            yield "", word


def _commands(source: str) -> Iterator[list[Word]]:
    """Yield the words of each simple command.

    Quotes, escapes and continued lines are read as a shell reads them. An expansion becomes one character of
    unknown text. The content of here-documents is read as commands, which rarely name gcloud.
    """
    command: list[Word] = []
    word: list[Letter] | None = None
    at = 0
    while at < len(source):
        letter = source[at]
        if letter.isspace() or letter in _END_OF_COMMAND:
            if word is not None:
                command.append(tuple(word))
                word = None
            if letter in _END_OF_COMMAND and command:
                yield command
                command = []
            at += 1
        elif letter == "#" and word is None:
            at = _find(source, "\n", at)
        elif source.startswith("\\\n", at):
            at += 2
        else:
            word = word or []
            letters, at = _read_part(source, at)
            word += letters
    if word is not None:
        command.append(tuple(word))
    if command:
        yield command


def _read_part(source: str, at: int) -> tuple[list[Letter], int]:
    """Return the characters of a quoted string, an expansion or one character, and where it ends."""
    if source[at] == "'":
        end = _find(source, "'", at + 1)
        return [Letter(source[index], index) for index in range(at + 1, end)], end + 1
    if source[at] == '"':
        return _read_double_quoted(source, at + 1)
    if source[at] == "\\" and at + 1 < len(source):
        return [Letter(source[at + 1], at + 1)], at + 2
    return _read_expansion(source, at) or ([Letter(source[at], at)], at + 1)


def _read_double_quoted(source: str, at: int) -> tuple[list[Letter], int]:
    letters: list[Letter] = []
    while at < len(source) and source[at] != '"':
        if source.startswith("\\\n", at):
            at += 2
        elif source[at] == "\\" and source[at + 1 : at + 2] in ("$", "`", '"', "\\"):
            letters.append(Letter(source[at + 1], at))
            at += 2
        elif expansion := _read_expansion(source, at):
            letters += expansion[0]
            at = expansion[1]
        else:
            letters.append(Letter(source[at], at))
            at += 1
    return letters, at + 1


def _read_expansion(source: str, at: int) -> tuple[list[Letter], int] | None:
    """Return an unknown character for a parameter or the output of a command, None for other text."""
    unknown = [Letter(PLACEHOLDER, at, known=False)]
    if source.startswith("$(", at):
        return unknown, _after_parenthesis(source, at + 2)
    if source[at] == "`":
        return unknown, _find(source, "`", at + 1) + 1
    found = _EXPANSION.match(source, at)
    return (unknown, found.end()) if found else None


def _after_parenthesis(source: str, at: int) -> int:
    depth = 1
    while at < len(source) and depth:
        depth += {"(": 1, ")": -1}.get(source[at], 0)
        at += 1
    return at


def _find(source: str, text: str, at: int) -> int:
    """Return the offset of a text, or the end."""
    found = source.find(text, at)
    return len(source) if found < 0 else found
