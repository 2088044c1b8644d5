"""Errors that one log call writes, counted."""

import msgspec


class ErrorShape(msgspec.Struct, frozen=True, kw_only=True):
    """Errors of one shape at one revision of a service.

    ``shape`` is the message with its variable parts named ("took <n>s"), "…" for the rest of a service that logs more
    shapes than are told apart. ``rule`` is the rule that knows the line ("pack/id"), "" where none does. ``instances``
    counts the instances that logged it, ``example`` is the line that tells of the first, ``insert_id`` finds it;
    ``first`` and ``last`` are RFC 3339.
    """

    service: str
    revision: str
    shape: str
    rule: str
    example: str
    insert_id: str
    count: int
    instances: int
    first: str
    last: str
