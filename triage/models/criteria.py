"""What a gate demands of a revision (reports/gate.toml): how much of what, and what must have been measured."""

from typing import Annotated, Literal

import msgspec

Demand = Literal["required", "optional", "off"]
#: A part of the whole, 0 to 1.
Part = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
Count = Annotated[int, msgspec.Meta(ge=0)]


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Criteria are written by people: an unknown key is an error.

    ``need`` says what it means that nothing was measured: "required" makes the gate inconclusive, "optional" is only
    told; "off" leaves the criterion out.
    """

    need: Demand


class BootsReady(_Data, frozen=True, kw_only=True):
    """At least that part of the boots reaches ready within so many seconds."""

    within: Seconds
    at_least: Part


class AtMost(_Data, frozen=True, kw_only=True):
    """Something happens no more often than that."""

    at_most: Count


class NewErrors(AtMost, frozen=True, kw_only=True):
    """No more error shapes than that are new; with ``only_sure`` those that chance may explain do not count."""

    only_sure: bool


class Connections(_Data, frozen=True, kw_only=True):
    """At least that part of the WebSocket connections is opened; fewer than ``seen_at_least`` measure nothing."""

    at_least: Part
    seen_at_least: Annotated[int, msgspec.Meta(ge=1)]


class WholeLogs(_Data, frozen=True, kw_only=True):
    """Nothing of what was to be read is missing."""


class Criteria(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The criteria of a gate, each a table of its file. That the diagnosis calls the revision ready is always one."""

    boots_ready: BootsReady
    critical_checks: AtMost
    boot_failures: AtMost
    connections: Connections
    new_errors: NewErrors
    whole_logs: WholeLogs
