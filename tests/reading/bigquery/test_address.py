"""bigquery://PROJECT.DATASET.TABLE."""

import pytest

from triage.errors import UsageError
from triage.reading.bigquery.address import Table, is_address, parse_address


@pytest.mark.parametrize(
    ("address", "table"),
    [
        ("bigquery://demo-project.logs._AllLogs", Table("demo-project", "logs", "_AllLogs")),
        ("bigquery://demo-project.logs.run_googleapis_com_stderr_*", Table("demo-project", "logs", "run_googleapis_com_stderr_*")),
        ("bigquery://example.com:demo.logs.stderr-2", Table("example.com:demo", "logs", "stderr-2")),
        ("bigquery://`demo-project.logs._AllLogs`", Table("demo-project", "logs", "_AllLogs")),
        ("demo-project.logs._AllLogs", Table("demo-project", "logs", "_AllLogs")),
    ],
)  # fmt: skip
def test_an_address_names_a_table(address: str, table: Table) -> None:
    assert parse_address(address) == table


@pytest.mark.parametrize("table", ["_AllLogs", "stderr_*"])
def test_table_prints_as_its_address(table: str) -> None:
    assert (
        str(parse_address(f"bigquery://demo-project.logs.{table}")) == f"bigquery://demo-project.logs.{table}"
    )


@pytest.mark.parametrize(
    "name",
    ["", "logs", "logs._AllLogs", "Demo.logs._AllLogs", "demo.lo-gs.t", "demo.logs.a`b", "demo.logs.t; DROP TABLE t", "demo.logs.std*", "demo.logs.*"],
)  # fmt: skip
def test_invalid_address_is_rejected_with_the_format(name: str) -> None:
    with pytest.raises(
        UsageError, match=r"not the name of a table; write bigquery://PROJECT\.DATASET\.TABLE"
    ):
        parse_address(f"bigquery://{name}")


def test_log_bucket_is_rejected_with_the_linked_dataset_hint() -> None:
    with pytest.raises(UsageError, match="through a linked dataset only") as decode_gap:
        parse_address("bigquery://demo-project.us-central1.my-bucket._AllLogs")

    assert (
        "gcloud logging links create LINK --bucket=my-bucket --location=us-central1" in decode_gap.value.hint
    )
    assert decode_gap.value.hint.endswith("bigquery://demo-project.LINK._AllLogs")


def test_only_the_scheme_makes_an_address() -> None:
    assert is_address("bigquery://demo.logs.t")
    assert not is_address("exports/bigquery.json")
