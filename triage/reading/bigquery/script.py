"""Write a statement and its values as a script for the BigQuery console."""

from datetime import datetime

from triage.models import Condition, SqlValue

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def to_script(statement: Condition) -> str:
    """Return the EXECUTE IMMEDIATE of a statement, whatever its values hold."""
    used = ",\n  ".join(f"{literal(value)} AS {name}" for name, value in statement.parameters.items())
    using = f"\nUSING\n  {used}" if used else ""
    return f'EXECUTE IMMEDIATE r"""\n{statement.sql}"""{using};\n'


def literal(value: SqlValue) -> str:
    """Return a value as GoogleSQL."""
    match value:
        case str():
            return '"' + "".join(map(_escape_character, value)) + '"'
        case datetime():
            return f'TIMESTAMP "{value.isoformat()}"'
        case list():
            return f"CAST([{', '.join(map(literal, value))}] AS ARRAY<STRING>)"
        case _:
            return str(value)


def _escape_character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    return character if character.isprintable() else f"\\U{ord(character):08x}"
