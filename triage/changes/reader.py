"""Entries to changes, whatever the order of the entries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from triage.changes.audit_log import AuditRecord, read_audit_record
from triage.changes.calls import Call, pair_calls
from triage.changes.configuration import Configuration
from triage.changes.newest import Newest
from triage.changes.record_kinds import ServiceKey, is_call, is_deployment, is_state, service_key
from triage.changes.resource_changes import resource_changes
from triage.changes.service_history import ServiceHistory
from triage.changes.specification import Specification
from triage.models import Entry
from triage.models.change import AppliedChange
from triage.models.entry import ROLLOUT

#: Bytes of the audit entries that are kept, the newest ones: some thousand deployments.
_MOST_BYTES = 16 << 20
_MOST_ROLLOUTS = 10_000


class _Rollout(NamedTuple):
    """The start of an instance for a rollout."""

    at: int
    revision: str
    key: ServiceKey


class ChangeHistory(msgspec.Struct, frozen=True):
    """The changes in order of time, and the last known configuration of each service.

    ``omitted`` is the number of audit entries for which there was no room, the oldest ones.
    """

    changes: list[AppliedChange]
    configurations: list[Configuration]
    omitted: int = 0


def read_changes(entries: Iterable[Entry], given: Sequence[Configuration] = ()) -> ChangeHistory:
    """Return what the entries say of changes; others than those that concern changes are passed over.

    The order of the entries does not matter, nor do duplicates. ``given`` are configurations that the user
    supplied.
    """
    reader = ChangeReader(given)
    for entry in entries:
        reader.observe(entry)
    return reader.build()


class ChangeReader:
    """Collects what concerns changes, one entry at a time."""

    def __init__(self, given: Sequence[Configuration] = ()) -> None:
        """Begin with the configurations that the user supplied."""
        self._given = given
        self._records = Newest[tuple[int, str, str, str], AuditRecord](_MOST_BYTES)
        self._rollouts = Newest[_Rollout, _Rollout](_MOST_ROLLOUTS)

    def observe(self, entry: Entry) -> None:
        """Take an entry."""
        if not entry.concerns_changes:
            return
        if record := read_audit_record(entry):
            if is_call(record) or is_state(record):
                self._records.add(record.key, record, len(entry.raw))
        elif entry.revision and ROLLOUT in entry.message:
            key = (entry.project, entry.location, "services", entry.service)
            rollout = _Rollout(entry.timestamp, entry.revision, key)
            self._rollouts.add(rollout, rollout)

    def build(self) -> ChangeHistory:
        """Return the changes of all entries that were taken."""
        records = self._records.in_order()
        calls = [call for call in pair_calls(one for one in records if is_call(one)) if not call.is_rejected]
        timeline: list[tuple[int, int, Call | AuditRecord | _Rollout]] = []
        timeline += [(call.at, 0, call) for call in calls if is_deployment(call)]
        timeline += [(one.at, 1, one) for one in records if is_state(one)]
        timeline += [(rollout.at, 2, rollout) for rollout in self._rollouts.in_order()]
        histories: dict[ServiceKey, ServiceHistory] = {}
        for _, _, item in sorted(timeline, key=lambda entry: entry[:2]):
            self._hand_over(item, histories)
        changes = [change for history in histories.values() for change in history.close()]
        changes += resource_changes(call for call in calls if not is_deployment(call))
        changes.sort(key=lambda change: (change.at, change.change.id))
        return ChangeHistory(changes, [*_last_known(histories)], self._records.omitted)

    def _hand_over(
        self,
        item: Call | AuditRecord | _Rollout,
        histories: dict[ServiceKey, ServiceHistory],
    ) -> None:
        if isinstance(item, _Rollout):
            if history := histories.get(item.key):
                history.on_rollout(item.revision)
            return
        record = item if isinstance(item, AuditRecord) else item.first
        key = service_key(record)
        if not key[-1]:
            return
        if key not in histories:
            histories[key] = ServiceHistory(key[-1], self._specifications_of(key))
        if isinstance(item, Call):
            histories[key].on_call(item)
        else:
            histories[key].on_system_event(item)

    def _specifications_of(self, key: ServiceKey) -> dict[str, Specification]:
        project, location, _, name = key
        return {
            one.revision: one.specification
            for one in self._given
            if one.service == name and one.location in ("", location) and one.project in ("", project)
        }


def _last_known(histories: Mapping[ServiceKey, ServiceHistory]) -> Iterator[Configuration]:
    for (project, location, _, name), history in sorted(histories.items()):
        if history.specification:
            yield Configuration(
                service=name,
                specification=history.specification,
                project=project,
                location=location,
                revision=history.latest,
            )
