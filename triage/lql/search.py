"""The SEARCH function: text tokenised like BigQuery's LOG_ANALYZER.

Source: "Work with text analyzers" of the BigQuery documentation, which the page of the language links to.
ASCII is lower-cased, other characters stay. Tokens match whole. A phrase in backticks matches as written, in
any case.
"""

import re
import string

_CODES = (
    "%2526|%2520|%21|%26|%3B|%3b|%7C|%7c|%20|%2B|%2b|%3D|%3d|%5D|%5d|%5B|%5b|%3A|%3a|%0A|%0a|%2C|%2c|%28|%29"
)
_DELIMITER = re.compile(rf"(?:{_CODES}|[\[\]<>(){{}}|!;,'\"*&?+/:=@.\-$%\\_\s])", re.ASCII)
_DELIMITERS = re.compile(f"{_DELIMITER.pattern}+", re.ASCII)
_DELIMITER_LAST = re.compile(rf"{_DELIMITER.pattern}\Z", re.ASCII)
_LONGEST_CODE = len("%2520")
_PHRASE = re.compile(r"`([^`]*)`")
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


class Search:
    """A SEARCH query, compiled for matching texts of entries.

    Attributes:
        phrases: the phrases in backticks, lower-cased.
        tokens: the other tokens, lower-cased.

    """

    def __init__(self, query: str) -> None:
        """Split the query; tokens and phrases are empty for an empty query."""
        self.phrases = [phrase.translate(_LOWER) for phrase in _PHRASE.findall(query) if phrase.strip()]
        self.tokens = frozenset(tokenize(_PHRASE.sub(" ", query)))

    def matches(self, texts: list[str]) -> bool:
        """Return whether every token and every phrase occurs in one of the texts."""
        lowered = [text.translate(_LOWER) for text in texts]
        for part in (*self.tokens, *self.phrases):
            if not any(part in text for text in lowered):
                return False
        left = set(self.tokens)
        for text in lowered:
            left.difference_update(_split_lowered(text))
        return not left and all(
            any(_contains_phrase(phrase, text) for text in lowered) for phrase in self.phrases
        )


def tokenize(text: str) -> list[str]:
    """Return the tokens of a text in order."""
    return _split_lowered(text.translate(_LOWER))


def _split_lowered(lowered: str) -> list[str]:
    return [token for token in _DELIMITERS.split(lowered) if token]


def _contains_phrase(phrase: str, text: str) -> bool:
    """Return whether a phrase occurs in a text, bounded by delimiters or its ends."""
    at = text.find(phrase)
    while at >= 0:
        end = at + len(phrase)
        before = (
            at == 0
            or _DELIMITER.match(phrase)
            or _DELIMITER_LAST.search(text, max(0, at - _LONGEST_CODE), at)
        )
        after = end == len(text) or _DELIMITER_LAST.search(phrase) or _DELIMITER.match(text, end)
        if before and after:
            return True
        at = text.find(phrase, at + 1)
    return False
