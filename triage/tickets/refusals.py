"""Errors in one line for what an API refused."""

from collections.abc import Iterable
from typing import NamedTuple

from triage.errors import TriageError, TryAgainError, UsageError
from triage.tickets.api_caller import ApiFailure


class Refusal(NamedTuple):
    """What an error answer means.

    Attributes:
        status: HTTP status.
        word: text of the request or of the answer, "" for any.
        error: the error to raise.
        says: what is wrong, with {what}, {host} and {said}, which is the message of the answer.
        hint: what to do next.

    """

    status: int
    word: str
    error: type[TriageError]
    says: str
    hint: str


def to_error(failure: ApiFailure, refusals: Iterable[Refusal], what: str, host: str) -> TriageError:
    """Return the error of a failed request about ``what``; the first fitting refusal explains it."""
    status, message = failure.status, failure.message
    said = f": {message}" if message else ""
    for refusal in refusals:
        if status == refusal.status and refusal.word in f"{what} {message}":
            return refusal.error(refusal.says.format(what=what, host=host, said=said), refusal.hint)
    if status == 0:
        return TryAgainError(f"{host}{said} for {what}", "check the network and run the same command again")
    if status < 500:
        return UsageError(f"{what}: refused ({status}{said})", f"see what {host} says")
    return TryAgainError(f"{what}: {host} answered {status}", "run the same command again later")
