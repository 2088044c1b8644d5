"""What is not in the Python modules: data files, and packages that are extras."""

from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from triage.errors import UsageError


def root(kind: str) -> Traversable:
    """Return the folder of ``kind`` ("queries" or "reports"): inside the wheel, else beside the package."""
    bundled = files("triage").joinpath(kind)
    return bundled if bundled.is_dir() else Path(__file__).resolve().parents[1] / kind


def require_mcp() -> None:
    """Check that the SDK of the Model Context Protocol is installed, which is an extra.

    Raises:
        UsageError: it is not.

    """
    try:
        import_module("mcp")
    except ImportError:
        raise UsageError("triage mcp needs the extra 'mcp'", "pip install 'cloudrun-triage[mcp]'") from None


def import_duckdb() -> Any:
    """Return the module that reads and writes Parquet, which is an extra: it weighs as much as all others.

    Raises:
        UsageError: it is not installed.

    """
    try:
        return import_module("duckdb")
    except ImportError:
        raise UsageError(
            "Parquet needs the extra 'parquet'", "pip install 'cloudrun-triage[parquet]'"
        ) from None
