"""Tables of BigQuery to raw records: Log Analytics' views, and the tables of a sink."""

from triage.reading.bigquery.address import SCHEME, Table, is_address, parse
from triage.reading.bigquery.fields import column
from triage.reading.bigquery.statement import Question, statement

__all__ = ["SCHEME", "Question", "Table", "column", "is_address", "parse", "statement"]
