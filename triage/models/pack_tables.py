"""The tables of a pack that say how one service speaks: paths, gate, probe, decode."""

from typing import Annotated

import msgspec

from triage.models.immutable import Immutable

#: An id that stands in commands, file names and alerts as it is.
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
#: An absolute path; only its end may be a wildcard.
Path = Annotated[str, msgspec.Meta(pattern=r"^/[\w./-]{2,200}\*?$")]
#: An absolute path to request.
PlainPath = Annotated[str, msgspec.Meta(pattern=r"^/[\w.~/-]{0,200}$")]
#: The same, or "" for none.
OptionalPath = Annotated[str, msgspec.Meta(pattern=r"^(?:/[\w.~/-]{0,200})?$")]


class PackModel(Immutable, msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the tables of a pack. People write them, so an unknown key is an error."""


class Paths(PackModel, frozen=True, kw_only=True):
    """The request paths of a service that are counted.

    A path that ends in "*" includes everything below it. Each must be specific: "/ws", never "/a".

    Attributes:
        socket: paths on which WebSockets open.
        health: paths of health checks.
        plain: rules whose line shows that the request on its ``path`` was plain, without an upgrade.

    """

    socket: list[Path] = []
    health: list[Path] = []
    plain: list[str] = []


class GateWords(PackModel, frozen=True, kw_only=True):
    """What the readiness middleware of a service writes where no validation gave a result.

    Attributes:
        no_state: state of a refusal without a result.
        refused: error of a refusal without an exception; a cached verdict is repeated with it.
        timeouts: errors of a validation that ran out of time; any other error is a failure of it.

    """

    no_state: str = ""
    refused: str = ""
    timeouts: list[str] = []


class ResponseKeys(PackModel, frozen=True, kw_only=True):
    """The keys of a JSON response that states a readiness verdict.

    Attributes:
        details: key of the object that holds the state and the failed checks; they may also stand at the top.
        error: key of the name of the error.
        state: key of the state.
        no_state: state of a refusal without a result of the checks.
        failed: key of the list of failed checks, "" for none.

    """

    details: str = "details"
    error: str = "error"
    state: str = "state"
    no_state: str = ""
    failed: str = ""


class ProbeTable(PackModel, frozen=True, kw_only=True):
    """What ``triage verify`` requests of a service.

    Attributes:
        paths: paths to request with and without upgrade headers; a check that depends on headers answers
            them differently.
        health: path of the health check, requested without upgrade headers.
        socket: path of the WebSocket, "" for none.
        message: message to send on the WebSocket.
        events: events to wait for after the message, in order; without any, nothing is sent.
        response: keys of a JSON response.

    """

    paths: list[PlainPath] = []
    health: PlainPath = "/health"
    socket: OptionalPath = ""
    message: str = ""
    events: list[str] = []
    response: ResponseKeys = ResponseKeys()


class IgnoredError(PackModel, frozen=True, kw_only=True):
    """The exception of a payload that is none: a fault of the logger.

    Attributes:
        type: type that the logger writes.
        message: message that it writes.

    """

    type: str
    message: str


class DecodeTable(PackModel, frozen=True, kw_only=True):
    """How to decode the payloads of a service.

    Attributes:
        ignored_errors: exceptions of payloads that are no error.

    """

    ignored_errors: list[IgnoredError] = []
