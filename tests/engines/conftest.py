"""One Spark on this machine for all tests of the engines, as it starts slowly."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """Yield the session that triage finds active."""
    pytest.importorskip("pyspark", reason="the extra 'engines' is not installed: make test-engines")
    from triage.reading.spark.context import require_spark, spark_context

    require_spark()
    from pyspark.sql import SparkSession

    with spark_context() as spark:
        yield SparkSession(spark.context)
