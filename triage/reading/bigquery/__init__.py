"""Read BigQuery tables to raw records: Log Analytics views and tables of a sink."""

from triage.reading.bigquery.address import SCHEME, Table, is_address, parse_address
from triage.reading.bigquery.fields import column
from triage.reading.bigquery.statement import TableQuery, build_statement

__all__ = [
    "SCHEME",
    "Table",
    "TableQuery",
    "build_statement",
    "column",
    "is_address",
    "parse_address",
]
