"""Parse the address of a BigQuery table: bigquery://PROJECT.DATASET.TABLE."""

import re

import msgspec

from triage.errors import UsageError
from triage.text import lazy_pattern

SCHEME = "bigquery://"
_PROJECT = lazy_pattern(r"(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]*", re.ASCII)
_DATASET = re.compile(r"\w{1,1024}", re.ASCII)
#: A wildcard means the tables of all days of a sink: stderr_20260301, stderr_20260302, ...
_TABLE = re.compile(r"[\w-]{1,1000}(?:_\*)?", re.ASCII)
_BUCKET_PARTS = 4
_FORM = "write bigquery://PROJECT.DATASET.TABLE, with the table _AllLogs, say, or run_googleapis_com_stderr"


class Table(msgspec.Struct, frozen=True):
    """A table or view of BigQuery.

    project: the project's id.
    dataset: the dataset's name.
    table: the name of the table or view; "_*" at its end means the tables of all days.
    """

    project: str
    dataset: str
    table: str

    @property
    def name(self) -> str:
        """Return the name as SQL quotes it."""
        return f"{self.project}.{self.dataset}.{self.table}"

    @property
    def by_day(self) -> bool:
        """Return whether the name means one table per day."""
        return self.table.endswith("_*")

    def __str__(self) -> str:
        """Return the address."""
        return f"{SCHEME}{self.name}"


def is_address(source: object) -> bool:
    """Return whether a source is the address of a BigQuery table."""
    return isinstance(source, str) and source.startswith(SCHEME)


def parse_address(address: str) -> Table:
    """Return the table of an address.

    Raises:
        UsageError: it is no table, or a log bucket, which BigQuery reads through a linked dataset only.

    """
    name = address.removeprefix(SCHEME).strip("`")
    *_, project, dataset, table = ("", "", *name.rsplit(".", 2))
    parts = name.split(".")
    if len(parts) == _BUCKET_PARTS and ":" not in name:
        owner, location, bucket, view = parts
        raise UsageError(
            f"{address}: BigQuery reads the log bucket {bucket} through a linked dataset only",
            f"`gcloud logging links create LINK --bucket={bucket} --location={location} --project={owner}` "
            "makes one; "
            f"then name {SCHEME}{owner}.LINK.{view}",
        )
    if not (_PROJECT.fullmatch(project) and _DATASET.fullmatch(dataset) and _TABLE.fullmatch(table)):
        raise UsageError(f"{address}: not the name of a table", _FORM)
    return Table(project, dataset, table)
