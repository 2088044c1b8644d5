"""Choose the searches that can find something in a text."""

from collections.abc import Callable, Iterable, Iterator

from triage.redact.addresses import find_addresses
from triage.redact.assignments import ASSIGNED_HINTS, find_assigned, find_cookies
from triage.redact.contexts import CONTEXT_PATTERNS, find_mismatches
from triage.redact.patterns import LONG_PATTERNS, SECRET_PATTERNS, URL_PATTERNS, SecretPattern, Span
from triage.redact.personal import PERSONAL_PATTERNS, find_phones
from triage.redact.vendor_keys import VENDOR_PATTERNS
from triage.text import Hints

Search = Callable[[str], Iterable[Span]]


def _searches_of(patterns: Iterable[SecretPattern]) -> list[tuple[tuple[str, ...], Search]]:
    return [(pattern.hints, pattern.find) for pattern in patterns]


#: The most certain search first: the ones after it do not see what it found. Each has the lower-case texts of
#: which one must be there; without any it always runs.
_SEARCHES: list[tuple[tuple[str, ...], Search]] = [
    *_searches_of(LONG_PATTERNS),
    (("cookie",), find_cookies),
    *_searches_of(URL_PATTERNS),
    (("mismatch",), find_mismatches),
    *_searches_of(CONTEXT_PATTERNS),
    (ASSIGNED_HINTS, find_assigned),
    *_searches_of(SECRET_PATTERNS),
    *_searches_of(VENDOR_PATTERNS),
    *_searches_of(PERSONAL_PATTERNS),
    (("+",), find_phones),
    ((".", ":"), find_addresses),
]
_HINTS = Hints([hints for hints, _ in _SEARCHES])


def select_searches(text: str) -> Iterator[Search]:
    """Yield the searches whose hints are in the text, the most certain first."""
    chosen = _HINTS.find(text.lower())
    while chosen:
        first = chosen & -chosen
        yield _SEARCHES[first.bit_length() - 1][1]
        chosen ^= first
