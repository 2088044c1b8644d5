"""What is not in the Python modules: data files, how they are parsed, and packages that are extras."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rtoml

from triage.errors import UsageError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def root(kind: str) -> "Traversable":
    """Return the folder of ``kind`` ("queries" or "reports"): inside the wheel, else beside the package."""
    package = Path(__file__).resolve().parent
    for folder in (package / kind, package.parent / kind):
        if folder.is_dir():
            return folder
    from importlib.resources import files  # inside an archive, which few programs are

    return files("triage").joinpath(kind)


def parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text.

    rtoml is six times as fast as tomllib, and every start reads a megabyte of packs; tomllib names the line
    of an error.

    Raises:
        ValueError: the text is not TOML.

    """
    try:
        return rtoml.loads(text)
    except rtoml.TomlParsingError:
        import tomllib

        return tomllib.loads(text)


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
