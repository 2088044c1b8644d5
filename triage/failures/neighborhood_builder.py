"""Gathers the windows around failures whose evidence is still to be read."""

from triage.failures.instance import Failure
from triage.failures.linking import AFTER_TIMEOUT, BEFORE_LAST
from triage.failures.points import TIMEOUT_STATUS, FailurePoint
from triage.models import InstanceKey, Neighborhoods
from triage.window import NANOSECONDS

#: Failure points for which windows are kept.
_POINTS = 10_000
#: Refused requests among them: scanners send many.
_REFUSALS = 1000
_AFTER = 12 * NANOSECONDS
#: Nanoseconds around a request in which its statements, and the end of its instance, are logged.
_AROUND_REQUEST = 2 * NANOSECONDS


class NeighborhoodBuilder:
    """Windows around failures, by instance, in bounded memory; ``omitted`` failures had no room."""

    def __init__(self) -> None:
        """Create a builder without windows."""
        self._windows: dict[InstanceKey, list[tuple[int, int]]] = {}
        self._points = 0
        self.omitted = 0
        self._refusals = 0

    def add(self, failure: Failure, *, shares: bool) -> bool:
        """Add the windows of a failure; return whether there was room for it.

        shares: whether what explains it may name no instance, and no service.
        """
        points = failure.points
        self._refusals += failure.point.is_refusal
        if self._points + len(points) > _POINTS or (failure.point.is_refusal and self._refusals > _REFUSALS):
            self.omitted += 1
            return False
        self._points += len(points)
        for point in points:
            entry = point.entry
            keys = {(entry.service, entry.revision, entry.instance)}
            if shares:
                keys |= {(entry.service, entry.revision, ""), ("", "", "")}
            for key in keys:
                self._windows.setdefault(key, []).append(_window(point))
        return True

    def build(self) -> Neighborhoods:
        """Return the windows, those that overlap joined."""
        return Neighborhoods(
            {key: _join(sorted(windows)) for key, windows in self._windows.items()},
            self.omitted,
        )


def _window(point: FailurePoint) -> tuple[int, int]:
    if point.kind != "request":
        return point.start - BEFORE_LAST, point.end + _AFTER
    timed_out = point.status == TIMEOUT_STATUS
    return point.start - _AROUND_REQUEST, point.end + (AFTER_TIMEOUT if timed_out else _AROUND_REQUEST)


def _join(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in windows:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
