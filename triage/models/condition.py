"""What is asked of a database, with its values apart from its text."""

from datetime import datetime

import msgspec

#: A value that is bound to a parameter: a text, a whole number, a time or a list of texts.
SqlValue = str | int | datetime | list[str]


class Condition(msgspec.Struct, frozen=True):
    """A condition in GoogleSQL; a value stands in its text as @name only."""

    sql: str
    parameters: dict[str, SqlValue] = {}
