"""Items that Cloud Run fills in where a template leaves them out."""

import re
from typing import Any

from triage.changes.json_values import text
from triage.changes.quantities import millicores
from triage.changes.specification import ItemKey, SpecificationBuilder

_DEFAULT_ACCOUNT = re.compile(r"\d+-compute@developer\.gserviceaccount\.com", re.ASCII)


def add_concurrency(builder: SpecificationBuilder, value: Any) -> None:
    """Add the concurrency: by default 80, or 1 on less than one CPU."""
    count = text(value)
    if count in ("", "0"):
        small = (millicores(builder.value(ItemKey("cpu")) or "1") or 1000) < 1000
        count = "1" if small else "80"
    builder.add("template.maxInstanceRequestConcurrency", "concurrency", count)


def add_instances(builder: SpecificationBuilder, most: Any, least: Any) -> None:
    """Add the limits of a revision's instances: by default 100 and 0."""
    most = text(most)
    builder.add("template.scaling.maxInstanceCount", "max instances", "100" if most in ("", "0") else most)
    builder.add("template.scaling.minInstanceCount", "min instances", text(least) or "0")


def add_service_account(builder: SpecificationBuilder, account: str) -> None:
    """Add the service account; the project's Compute Engine account is the default, named or not."""
    if not account or _DEFAULT_ACCOUNT.fullmatch(account):
        account = "Compute Engine default service account"
    builder.add("template.serviceAccount", "service account", account)
