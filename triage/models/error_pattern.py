"""Errors of one log statement, counted."""

import msgspec


class ErrorPattern(msgspec.Struct, frozen=True, kw_only=True):
    """Errors of one pattern at one revision of a service.

    Attributes:
        service: the service.
        revision: the revision.
        template: message with its variable parts replaced ("took <n>s"), "…" for the overflow of a service
            with too many patterns.
        rule: rule that matches the line ("pack/id"), "" for none.
        example: line of the first error.
        insert_id: insertId of the first error.
        count: number of errors.
        instances: number of instances that logged it.
        first: time of the first error, RFC 3339.
        last: time of the last error, RFC 3339.

    """

    service: str
    revision: str
    template: str
    rule: str
    example: str
    insert_id: str
    count: int
    instances: int
    first: str
    last: str
