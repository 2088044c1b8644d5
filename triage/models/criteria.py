"""The criteria of a deployment gate (reports/gate.toml)."""

from typing import Annotated, Literal

import msgspec

Requirement = Literal["required", "optional", "off"]
#: A fraction of the whole, 0 to 1.
Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
Count = Annotated[int, msgspec.Meta(ge=0)]


class CriterionModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the criteria. People write them, so an unknown key is an error.

    Attributes:
        need: what a missing measurement means: "required" makes the gate inconclusive,
            "optional" is only reported, "off" removes the criterion.

    """

    need: Requirement


class BootsReady(CriterionModel, frozen=True, kw_only=True):
    """Enough boots reach ready in time.

    Attributes:
        within: seconds that a boot may take.
        at_least: fraction of the boots that must reach ready.

    """

    within: Seconds
    at_least: Fraction


class AtMost(CriterionModel, frozen=True, kw_only=True):
    """An upper bound on a count.

    Attributes:
        at_most: the highest count that passes.

    """

    at_most: Count


class NewErrors(AtMost, frozen=True, kw_only=True):
    """An upper bound on the number of new error patterns.

    Attributes:
        only_sure: whether to ignore patterns that may be new by chance.

    """

    only_sure: bool


class Connections(CriterionModel, frozen=True, kw_only=True):
    """Enough WebSocket connections open.

    Attributes:
        at_least: fraction of the connections that must open.
        seen_at_least: number of connections below which nothing is measured.

    """

    at_least: Fraction
    seen_at_least: Annotated[int, msgspec.Meta(ge=1)]


class RequestsServed(CriterionModel, frozen=True, kw_only=True):
    """Few requests end 5xx.

    Attributes:
        at_most: highest fraction of the requests that may end 5xx.
        seen_at_least: number of requests below which nothing is measured.

    """

    at_most: Fraction
    seen_at_least: Annotated[int, msgspec.Meta(ge=1)]


class WholeLogs(CriterionModel, frozen=True, kw_only=True):
    """The logs are complete."""


class Criteria(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All criteria of a gate, each a table of its file.

    A ready verdict of the revision is always required as well.

    Attributes:
        boots_ready: boots that reach ready in time.
        critical_checks: failures of critical checks.
        boot_failures: failed boots.
        connections: WebSocket connections that open.
        requests: requests that end 5xx.
        new_errors: new error patterns.
        whole_logs: completeness of the logs.

    """

    boots_ready: BootsReady
    critical_checks: AtMost
    boot_failures: AtMost
    connections: Connections
    requests: RequestsServed
    new_errors: NewErrors
    whole_logs: WholeLogs
