"""Says why a Cloud Run service is not ready, from its logs.

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
    "timeline",
]


def __getattr__(name: str) -> Any:
    """Return a name of the notebook door when it is first asked for, so that importing the package stays quick."""
    if name not in __all__:
        raise AttributeError(f"module 'triage' has no attribute {name!r}")
    from triage import notebook

    return getattr(notebook, name)
