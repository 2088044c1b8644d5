"""GoogleSQL for the fields of a LogEntry in a row.

A row is read as JSON, so that one statement fits every table: Log Analytics names its columns in
snake_case, a sink in camelCase, and a sink's table lacks the columns of what was never logged.
"""

import re

#: The column of a sink's table for the payload of load balancers. A payload with a type has a column of its
#: own: cloud.google.com/logging/docs/export/bigquery, "BigQuery schema for routed logs".
BALANCER_COLUMN = "jsonpayload_type_loadbalancerlogentry"
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def column(keys: tuple[str, ...], key: str = "") -> str:
    """Return the SQL of the JSON value at a path of LogEntry's own names.

    NULL if the row has none; it may be JSON's null. Without names it is the whole row.

    key: SQL of one more key below the path.
    """
    below = f"[{key}]" if key else ""
    paths = dict.fromkeys(f"{'.'.join(('log', *names))}{below}" for names in (keys, map(_snake, keys)))
    return next(iter(paths)) if len(paths) == 1 else f"COALESCE({', '.join(paths)})"


def text(*keys: str) -> str:
    """Return the SQL of the scalar at a path as text; NULL if there is none."""
    return f"JSON_VALUE({column(keys)})"


def _snake(name: str) -> str:
    return _CAPITAL.sub("_", name).lower()
