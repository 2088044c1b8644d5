"""The configurations of one service, job or worker pool in order of time, and the changes between them."""

import re
from collections.abc import Mapping

from triage.changes.api_v2 import mask_paths
from triage.changes.audit_log import AuditRecord
from triage.changes.call_specification import (
    event_specification,
    is_of_function,
    previous_since,
    requested,
    stated_revision,
)
from triage.changes.calls import Call, body_of
from triage.changes.deployment import Deployment
from triage.changes.specification import Specification
from triage.models.change import AppliedChange
from triage.window import parse_timestamp

_DELETION = "Deletion in progress"
#: How long after its call the deployment of a function may still change its service: 10 minutes.
_DEPLOYING = 600 * 10**9


class ServiceHistory:
    """Follows one service by its calls, system events and starts of instances, in order of time."""

    def __init__(self, name: str, given: Mapping[str, Specification] | None = None) -> None:
        """Begin without knowledge but for the specifications ``given`` by revision."""
        self.name = name
        self.specification: Specification | None = None
        self.latest = ""
        self._given = given or {}
        self._known_revisions: set[str] = set()
        self._open: Deployment | None = None
        self._changes: list[AppliedChange] = []

    def on_call(self, call: Call) -> None:
        """Take a call that changed the service."""
        if self._open and _is_part_of(self._open.call, call):
            self._open.after = requested(call, None).over(self._open.after)
            return
        version_1 = ".v2." not in call.first.method
        stated = stated_revision(call.response) or stated_revision(body_of(call))
        if version_1 and stated:
            self._close_at(stated)
        self._close()
        previous = (stated if version_1 else "") or self.latest
        before = self.specification or self._given.get(previous)
        self._open = Deployment(
            call=call,
            name=self.name,
            before=before,
            after=requested(call, before),
            previous=previous,
            previous_since=_nanoseconds(previous_since(body_of(call)) or previous_since(call.response)),
        )
        self._known_revisions.update(filter(None, [previous]))
        mask = mask_paths(call.request.get("updateMask") or call.request.get("update_mask"))
        touches_template = (
            not mask or is_of_function(call) or any(path.startswith(("template", "*")) for path in mask)
        )
        created = call.failed_revision or ("" if version_1 else stated)
        if touches_template and self._is_new(created):
            self._open.revision = created

    def on_system_event(self, record: AuditRecord) -> None:
        """Take an event that holds the service or one of its revisions as it is stored."""
        if _DELETION in record.message:
            return
        revision = record.name if record.collection == "revisions" else stated_revision(record.response)
        found = event_specification(record)
        is_new = self._is_new(revision)
        if self._open and not (is_new and self._open.revision not in ("", revision)):
            if is_new:
                self._open.revision = revision
            if revision in ("", self._open.revision or self._open.previous):
                # What runs of a function is the service that was made of it.
                own = self._open.after
                self._open.after = found.over(own) if is_of_function(self._open.call) else own.over(found)
            return
        if is_new and (self._open or self.specification):
            self._close()
            self._open = Deployment(
                call=Call(record, record),
                name=self.name,
                before=self.specification,
                after=found,
                previous=self.latest,
                revision=revision,
            )
        elif not self._open:
            self.specification = found.over(self.specification or Specification())
            self._see(revision)

    def on_rollout(self, revision: str) -> None:
        """Take the start of an instance for a rollout: where nothing else names the new revision, it does."""
        if self._open and not self._open.revision and self._is_new(revision):
            self._open.hinted = revision

    def close(self) -> list[AppliedChange]:
        """Return the changes, when all was handed over."""
        self._close()
        return self._changes

    def _close_at(self, latest: str) -> None:
        """Learn from the next call which revision was the latest until then."""
        if self._open and not self._open.revision and latest != self._open.previous:
            self._open.revision = latest
        elif not self._open:
            self._see(latest)

    def _close(self) -> None:
        deployment, self._open = self._open, None
        if deployment is None:
            return
        revision = deployment.revision or deployment.hinted
        if given := self._given.get(revision):
            deployment.after = deployment.after.over(given)
        self._changes.append(deployment.build())
        self._see(deployment.previous)
        self._see(revision)
        self.specification = deployment.after.over(deployment.before or Specification())

    def _is_new(self, revision: str) -> bool:
        """Return whether a revision was never named before and is not numbered lower than the latest."""
        if not revision or revision in self._known_revisions:
            return False
        return not (_number(revision) and _number(self.latest)) or _number(revision) > _number(self.latest)

    def _see(self, revision: str) -> None:
        if revision:
            self.latest = revision
            self._known_revisions.add(revision)


def _is_part_of(deployment: Call, call: Call) -> bool:
    """Return whether a call is how the deployment of a function changes its service."""
    ended = max(deployment.last.at, deployment.at + _DEPLOYING)
    return is_of_function(deployment) and "InternalService" in call.first.verb and call.at <= ended


def _number(revision: str) -> int:
    """Return 42 of "shop-00042-abc", 0 where a revision was named by hand."""
    found = re.fullmatch(r".+-(\d{5})-[a-z0-9]{3}", revision, re.ASCII)
    return int(found[1]) if found else 0


def _nanoseconds(text: str) -> int | None:
    try:
        return parse_timestamp(text) if text else None
    except ValueError:
        return None
