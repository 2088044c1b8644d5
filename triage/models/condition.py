"""A SQL condition with its values kept apart from its text."""

from datetime import datetime

import msgspec

#: A value bound to a parameter: a string, an integer, a time or a list of strings.
SqlValue = str | int | datetime | list[str]


class Condition(msgspec.Struct, frozen=True):
    """A condition in GoogleSQL.

    Attributes:
        sql: text of the condition; values appear in it only as @name.
        parameters: value of each @name.

    """

    sql: str
    parameters: dict[str, SqlValue] = {}
