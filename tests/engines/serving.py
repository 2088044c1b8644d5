"""A fake BigQuery server that runs queries on given entries with zetasql."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

from tests.engines.tables import Log, log_analytics, sink
from tests.fakes.bigquery_server import BigQueryServer, Parameter
from triage.reading.bigquery.client import HOST
from triage.reading.bigquery.script import literal


def value_of(parameter: Parameter) -> Any:
    """Return the value of a bound parameter."""
    kind, value = parameter
    if kind == "TIMESTAMP":
        return datetime.fromisoformat(value)
    return int(value) if kind == "INT64" else value


def inline_parameters(sql: str, values: dict[str, Any]) -> str:
    """Return a statement with the values of its parameters inlined.

    zetasql compiles a bound pattern anew for every row, which takes a hundred times as long.
    """
    return re.sub(
        r"@([a-z]\w*)", lambda found: literal(values[found[1]]) if found[1] in values else found[0], sql
    )


@contextmanager
def serve_tables(form: str, logs: list[Log]) -> Iterator[tuple[BigQueryServer, list[str]]]:
    """Serve entries as a Log Analytics view or a sink's tables; yield their addresses."""
    from tests.engines import zeta

    kept = {"_AllLogs": log_analytics(logs)} if form == "_AllLogs" else sink(logs)
    relations = {f"demo-project.logs.{name}": relation for name, relation in kept.items()}

    def answer(sql: str, parameters: dict[str, Parameter]) -> list[tuple[Any, ...]]:
        values = {name: value_of(parameter) for name, parameter in parameters.items()}
        return [tuple(row) for row in zeta.execute(inline_parameters(sql, values), {}, relations)]

    with BigQueryServer(answer) as server, patch.dict(os.environ, {HOST: server.url}):
        yield server, [f"bigquery://{name}" for name in relations]
