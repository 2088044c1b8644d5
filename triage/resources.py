"""The location of the data files: rule packs and report templates."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def root(kind: str) -> Traversable:
    """Return the folder of ``kind`` ("queries" or "reports"): inside the wheel, else beside the package."""
    bundled = files("triage").joinpath(kind)
    return bundled if bundled.is_dir() else Path(__file__).resolve().parents[1] / kind
