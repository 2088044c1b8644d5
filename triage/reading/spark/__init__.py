"""Read exports with Spark: the executors read and filter, this process gets the rest in order."""

from triage.reading.spark.order import SortKeyFunction
from triage.reading.spark.reader import read_on_spark

__all__ = ["SortKeyFunction", "read_on_spark"]
