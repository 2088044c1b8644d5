"""Find out from the logs of a Cloud Run service why it is not ready.

import triage

logs = triage.load("export.json")
print(triage.report(logs))
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from triage.notebook import (
        Comparison,
        Diagnosis,
        Logs,
        Timeline,
        compare,
        diagnose,
        fetch,
        load,
        report,
        schema,
        timeline,
    )

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "Diagnosis",
    "Logs",
    "Timeline",
    "__version__",
    "compare",
    "diagnose",
    "fetch",
    "load",
    "report",
    "schema",
    "timeline",
]


def __getattr__(name: str) -> Any:
    """Return a name of the notebook API, imported on first use to keep imports fast."""
    if name not in __all__:
        raise AttributeError(f"module 'triage' has no attribute {name!r}")
    from triage import notebook

    return getattr(notebook, name)


def __dir__() -> list[str]:
    """Return the names of the notebook API, for completion."""
    return sorted(__all__)
