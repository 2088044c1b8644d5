"""Alerts of shipped causes and of a user's pack."""

from pathlib import Path

import pytest

from triage.models import Alert, AlertSet, Pack
from triage.pipeline import build_alerts, load_packs

PACK = Path(__file__).parent / "parcel-alerts.toml"


@pytest.fixture(scope="session")
def own_packs() -> list[Pack]:
    """Return all packs in use, a user's among them."""
    return load_packs([PACK])


@pytest.fixture(scope="session")
def shipped() -> AlertSet:
    """Return the alerts of a service for all causes of the shipped packs."""
    return build_alerts(["netra-backend-staging"], load_packs())


@pytest.fixture(scope="session")
def own(own_packs: list[Pack]) -> dict[str, Alert]:
    """Return the alerts of a service for the causes of a user's pack."""
    causes = ["scales-off", "printer-jam", "clerk-ill", "requests-5xx"]
    return {alert.cause: alert for alert in build_alerts(["parcel-desk"], own_packs, causes).alerts}
