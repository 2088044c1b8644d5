"""What an export with a filter does not show: what succeeded, or every request."""

from collections.abc import Mapping

from triage.diagnosis.regions import RegionTracker
from triage.diagnosis.service_tracker import ServiceTracker
from triage.diagnosis.serving import ServingTracker
from triage.models import Coverage

#: Errors from which on failed requests are seen by them alone.
_REPORTED = 3


def mark_filtered(
    services: Mapping[str, ServiceTracker],
    serving: ServingTracker,
    regions: RegionTracker,
    coverage: Coverage,
) -> None:
    """Tell what each service did whether a filter on severity may have hidden what succeeded.

    A record that was skipped is below ERROR, and mostly below WARNING: then none has.
    """
    is_whole = coverage.skipped > 0
    for service in services.values():
        serving.of(service.name).may_hide_success = service.may_hide_success and not is_whole
        for _, tracker, serving_there in regions.of(service.name):
            serving_there.may_hide_success = tracker.may_hide_success and not is_whole


def find_filtered(services: Mapping[str, ServiceTracker], coverage: Coverage) -> set[str]:
    """Return the services that logged nothing below ERROR; a record that was skipped is below ERROR."""
    if coverage.skipped:
        return set()
    return {name for name, service in services.items() if service.logs_only_errors}


def find_reported(reported: Mapping[str, int], serving: ServingTracker) -> dict[str, int]:
    """Return how many requests failed of services of which the export has no request.

    reported: how many errors of each service report a request that failed.
    """
    found = {name: serving.of(name) for name, count in reported.items() if count >= _REPORTED}
    return {name: reported[name] for name, did in found.items() if did.kind == "service" and not did.requests}
