"""A call on a service, while what followed it is still being read."""

from hashlib import blake2b

from triage.changes.calls import Call
from triage.changes.differences import clues_of, differing_items, is_of_service
from triage.changes.functions import FUNCTION_AREAS
from triage.changes.specification import CONTAINER_AREAS, Specification
from triage.changes.traffic import traffic_shares
from triage.models.change import AppliedChange, Change, ChangeItem, ChangeKind
from triage.window import format_timestamp

_KINDS: dict[str, ChangeKind] = {"jobs": "job", "workerpools": "worker pool", "revisions": "revision"}


def change_id(call: Call) -> str:
    """Return an id that only this call has, however it was read."""
    record = call.first
    said = "\n".join([str(record.at), record.method, record.path, record.insert_id])
    return f"change-{blake2b(said.encode(), digest_size=5).hexdigest()}"


def _is_known(specification: Specification) -> bool:
    return specification.knows(CONTAINER_AREAS) or specification.knows(FUNCTION_AREAS)


class Deployment:
    """What is known of a call so far.

    ``revision`` is the new one, ``hinted`` one that only started instances.
    """

    def __init__(
        self,
        *,
        call: Call,
        name: str,
        before: Specification | None,
        after: Specification,
        previous: str,
        revision: str = "",
        previous_since: int | None = None,
    ) -> None:
        """Begin with the call itself."""
        self.call = call
        self.name = name
        self.before = before
        self.after = after
        self.previous = previous
        self.revision = revision
        self.hinted = ""
        self.previous_since = previous_since

    def build(self) -> AppliedChange:
        """Return the change."""
        record, before = self.call.first, self.before or Specification()
        if record.verb.startswith("Delete"):
            items: list[ChangeItem] = []
            known = True
        else:
            items = differing_items(before, self.after)
            known = _is_known(before) and _is_known(self.after)
        template_items = [item for item in items if not is_of_service(item)]
        revision = self.revision or (self.hinted if template_items or not known else "")
        created = bool(revision or template_items) or not known
        gained, lost = self._moved_traffic(items, revision)
        previous = self.previous if created else next(iter(lost), "")
        is_service = record.collection != "jobs"
        return AppliedChange(
            change=Change(
                id=change_id(self.call),
                at=format_timestamp(self.call.at),
                by=record.principal,
                method=record.method,
                service=self.name,
                revision=(revision or next(iter(gained), None)) if is_service else None,
                previous_revision=(previous or None) if is_service else None,
                items=items,
                config_known=known,
            ),
            kind=_KINDS.get(record.collection, "service") if self.call.first.log == "activity" else "service",
            at=self.call.at,
            project=record.project,
            location=record.location,
            resource=self.name,
            created=created and is_service,
            serving=gained,
            clues=clues_of(items, self.after),
            previous_since=self.previous_since,
        )

    def _moved_traffic(
        self, items: list[ChangeItem], revision: str
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the revisions that got more of the traffic and those that got less, largest first."""
        moved = next((item for item in items if item.name == "traffic"), None)
        if moved is None:
            return (), ()
        old = traffic_shares(moved.before, self.previous)
        new = traffic_shares(moved.after, revision or self.previous)
        more = sorted(
            (name for name in new if new[name] > old.get(name, 0)), key=lambda name: (-new[name], name)
        )
        less = sorted(
            (name for name in old if old[name] > new.get(name, 0)), key=lambda name: (-old[name], name)
        )
        return tuple(more), tuple(less)
