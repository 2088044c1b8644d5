"""Link incidents to the changes that explain them."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from triage.models import Diagnosis, Incident
from triage.models.change import AppliedChange, Change, ChangeLink, Onset
from triage.text import lazy_pattern, pluralize
from triage.window import NANOSECONDS, format_second, format_timestamp, parse_timestamp

if TYPE_CHECKING:
    from triage.changes import ChangeHistory, Configuration

_SERVICE_ACCOUNT = lazy_pattern(
    r"@[a-z0-9-]+\.iam\.gserviceaccount\.com|@developer\.gserviceaccount\.com|^service-\d+@"
)
#: A revision becomes ready some minutes after it was deployed, at most.
_DEPLOYING = 900 * NANOSECONDS
_FETCH_OPTIONS = {"job": "--job", "worker pool": "--worker-pool"}


def add_changes(
    diagnosis: Diagnosis,
    onsets: Iterable[Onset],
    history: "ChangeHistory | None",
    given: "Sequence[Configuration]" = (),
) -> Diagnosis:
    """Return a diagnosis with the changes in the logs, each incident linked to the one that explains it.

    history: what the logs say of changes, None if no entry concerns one.
    given: configurations that the user supplied; those of the logs are newer.
    """
    if diagnosis.verdict == "no_data":
        return diagnosis
    by_incident = {onset.incident: onset for onset in onsets}
    links = _links(by_incident.values(), history)
    incidents = [
        _with_change(incident, by_incident.get(incident.id), links.get(incident.id), diagnosis, history)
        for incident in diagnosis.incidents
    ]
    settings = _settings([*reversed(given), *(history.configurations if history else [])])
    incidents = [
        msgspec.structs.replace(incident, captures=settings.get(incident.service, {}) | incident.captures)
        for incident in incidents
    ]
    changes = history.changes if history else []
    linked = [found for found in changes if any(i.change == found.change.id for i in incidents)]
    return msgspec.structs.replace(
        diagnosis,
        incidents=incidents,
        changes=_mask_principals(found.change for found in changes),
        limits=[
            *diagnosis.limits,
            *map(_unknown_configuration, filter(_lacks_configuration, linked)),
            *_omitted(history),
        ],
    )


def _links(onsets: Iterable[Onset], history: "ChangeHistory | None") -> dict[str, ChangeLink | None]:
    """Return by incident the change that explains it."""
    if history is None:
        return {}
    from triage.changes import link_changes

    return link_changes(onsets, history.changes, history.configurations)


def _settings(configurations: "Sequence[Configuration]") -> dict[str, dict[str, str]]:
    """Return the current settings by service; those of later configurations are newer."""
    if not configurations:
        return {}
    from triage.changes import current_settings

    return {found.service: current_settings(found.specification) for found in configurations}


def _with_change(
    incident: Incident,
    onset: Onset | None,
    link: ChangeLink | None,
    diagnosis: Diagnosis,
    history: "ChangeHistory | None",
) -> Incident:
    if link is not None:
        return msgspec.structs.replace(
            incident, change=link.change, change_says=link.says.rstrip("."), change_items=list(link.items)
        )
    if onset is None or not onset.first_failures:
        return incident
    says = _nothing_changed(incident.service, min(onset.first_failures.values()), diagnosis, history)
    return msgspec.structs.replace(incident, change_says=says)


def _omitted(history: "ChangeHistory | None") -> list[str]:
    if history is None or not history.omitted:
        return []
    entries = pluralize(history.omitted, "audit entry", "audit entries")
    return [f"{entries}, the oldest, are too many to be compared: a shorter window reads them"]


def _nothing_changed(service: str, began: int, diagnosis: Diagnosis, history: "ChangeHistory | None") -> str:
    """Return that no change is in the logs before a failure.

    "" if there is one, no entry is before it, or not all audit entries were compared.
    """
    first = diagnosis.coverage.first
    if first is None or parse_timestamp(first) >= began or (history and history.omitted):
        return ""
    before = [change for change in history.changes if change.at <= began] if history else []
    if any(change.change.service in (None, service) for change in before):
        return ""
    of = f" of {service}" if before else ""
    end = format_second(format_timestamp(began))
    return f"No change{of} in these logs between {format_second(first)} and the first failure at {end}"


def _lacks_configuration(change: AppliedChange) -> bool:
    return (
        not (change.change.config_known or change.change.is_creation)
        and change.change.service is not None
        and change.kind != "iam policy"
    )


def _unknown_configuration(found: AppliedChange) -> str:
    """Return that the configuration before a change is unknown, and what would supply it."""
    change = found.change
    previous = change.previous_revision
    says = f"the configuration of {change.service} before the change at {format_second(change.at)} is unknown"
    ways = []
    if found.previous_since is not None:
        start = f"{format_timestamp(found.previous_since - _DEPLOYING)[:19]}Z"
        option = _FETCH_OPTIONS.get(found.kind, "--service")
        ways.append(f"triage fetch {option} {change.service} --from {start} fetches its deployment")
    if previous:
        ways.append(
            f"save it with gcloud run revisions describe {previous} --format json, then add --config FILE"
        )
    return f"{says}: {'; or '.join(ways)}" if ways else says


def _mask_principals(changes: Iterable[Change]) -> list[Change]:
    """Return the changes with whoever made them masked: the same principal always under the same name."""
    names: dict[str, str] = {}
    masked = []
    for change in changes:
        if change.by and change.by not in names:
            kind = "service-account" if _SERVICE_ACCOUNT.search(change.by) else "user"
            number = 1 + sum(name.startswith(f"<{kind}-") for name in names.values())
            names[change.by] = f"<{kind}-{number}>"
        masked.append(msgspec.structs.replace(change, by=names.get(change.by, "")))
    return masked
