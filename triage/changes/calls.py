"""Calls that changed something: long-running pairs as one, rejected ones left out."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from triage.changes.audit_log import AuditRecord
from triage.changes.json_values import mapping

#: What the deployment of a function says of a revision that did not become ready, without its name.
_UNHEALTHY = "Container Healthcheck failed"
_REVISION_FAILED = re.compile(r"Revision '([^']+)'")


class Call(msgspec.Struct, frozen=True):
    """One call; ``first`` and ``last`` are the same record where it was logged once."""

    first: AuditRecord
    last: AuditRecord

    @property
    def at(self) -> int:
        """Return the time of the call."""
        return self.first.at

    @property
    def request(self) -> Mapping[str, Any]:
        """Return the request, of whichever entry has it."""
        return self.first.request or self.last.request

    @property
    def response(self) -> Mapping[str, Any]:
        """Return the response, of whichever entry has it."""
        return self.last.response or self.first.response

    @property
    def redactions(self) -> tuple[str, ...]:
        """Return the paths that were cut out of either entry."""
        return self.first.redactions + self.last.redactions

    @property
    def failed_revision(self) -> str:
        """Return the revision that the call created and that did not become ready, "" where there is none."""
        found = _REVISION_FAILED.search(self.last.message) if self.last.code else None
        return found[1] if found else ""

    @property
    def is_rejected(self) -> bool:
        """Return whether the call changed nothing: it failed before a revision was created."""
        return bool(self.first.code or self.last.code) and not (
            self.failed_revision or _UNHEALTHY in self.last.message
        )


def pair_calls(records: Iterable[AuditRecord]) -> Iterator[Call]:
    """Yield the calls of records in order of time.

    The entries of one operation are one call, at its first entry.
    """
    firsts: dict[tuple[str, str], AuditRecord] = {}
    lasts: dict[tuple[str, str], AuditRecord] = {}
    for number, record in enumerate(records):
        key = (record.method, record.operation) if record.operation else ("", str(number))
        firsts.setdefault(key, record)
        lasts[key] = record
    for key, first in firsts.items():
        yield Call(first, lasts[key])


def body_of(call: Call) -> Mapping[str, Any]:
    """Return the object that the request holds ("service", "job", "function"), {} where it holds none."""
    found = (
        mapping(call.request.get(name))
        for name in ("service", "job", "workerPool", "worker_pool", "function")
    )
    return next((body for body in found if body), {})
