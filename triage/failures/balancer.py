"""Requests that a load balancer handled, and those of them that never reached the service behind it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from triage.models import (
    Balancer,
    Entry,
    Event,
    FailureGroup,
    FailureSample,
    Http,
    Recognized,
    Traffic,
)
from triage.text import path_template
from triage.window import NANOSECONDS

#: Failed requests of load balancers that are kept, and of services whose traces are kept; more are counted
#: only.
_KEPT = 50_000
#: Traces of a load balancer's requests by which its backends are joined to services.
_JOINED = 50_000
#: Nanoseconds by which the clocks of a load balancer and a service may differ.
_CLOCK = NANOSECONDS
_CLIENT_ERROR = 400
#: Services and backends that are distinguished: one, or several.
_TWO = 2
_BY_BACKEND = "response_sent_by_backend"
#: Details that say nothing of the service: the client left, or a cache or Identity-Aware Proxy responded.
_NO_FAILURE = ("client_", "response_from_cache", "byte_range_caching")
_SOCKET, _SOCKET_CLOSED = 101, "websocket_closed"
#: WebSockets of one length, in seconds, that show a timeout; shorter ones may end for any reason.
_SAME_LENGTH, _SHORTEST = 3, 30
_SAMPLES, _PATHS = 3, 200

#: Returns what the packs know of an entry's text: the event, and the cause with its title.
EntryRecognizer = Callable[[Entry], Recognized | None]


class BalancerFailures(NamedTuple):
    """The requests that failed before they reached a service, by explanation, and as counts.

    ``omitted`` are those beyond the number that is kept.
    """

    groups: list[FailureGroup]
    traffic: list[Traffic]
    omitted: int


#: A failed request that a service logged: its trace, service and time, and its method, path and status.
_FailedRequest = tuple[str, str, int, str, str, int]


class BalancerCollector:
    """Joins the entries of load balancers with those of services: ``observe`` all, then ``build`` once.

    The order of the entries does not matter. Memory is bounded.
    """

    def __init__(self, recognize: EntryRecognizer) -> None:
        """Begin with nothing seen; ``recognize`` gives what the packs know of an entry."""
        self._recognize = recognize
        self._failed: list[Entry] = []
        self._sockets: list[Entry] = []
        self._omitted = 0
        self._balanced: dict[str, str] = {}
        self._served: dict[str, str] = {}
        self._failed_requests: list[_FailedRequest] = []
        self._failed_traces: dict[str, str] = {}
        self._failed_urls: dict[tuple[str, str, int], list[tuple[str, int]]] = {}
        self._locations: dict[str, str] = {}
        self._services: set[str] = set()
        self._backends: set[str] = set()

    def observe(self, entries: Iterable[Entry]) -> None:
        """Take entries of load balancers and of services; others are passed over."""
        for entry in entries:
            if entry.service and len(self._services) < _TWO:
                self._services.add(entry.service)
            if entry.balancer is not None:
                self._observe_balancer(entry, entry.balancer)
            elif entry.http is not None:
                self._observe_request(entry, entry.http)

    def _observe_balancer(self, entry: Entry, balancer: Balancer) -> None:
        if entry.http is None:
            return
        if len(self._backends) < _TWO:
            self._backends.add(balancer.backend)
        if entry.trace and len(self._balanced) < _JOINED:
            self._balanced[entry.trace] = balancer.backend
        if _is_failure(entry):
            self._keep(entry, self._failed)
        elif entry.http.status == _SOCKET and balancer.details == _SOCKET_CLOSED:
            self._keep(entry, self._sockets)

    def build(self) -> BalancerFailures:
        """Return the failures that no entry of a service explains."""
        if self._failed or self._sockets:  # in few logs
            self._index_failed_requests()
        services = self._join_backends()
        groups: dict[tuple[str, str], _Group] = {}
        for entry, text in [*((entry, entry.message) for entry in self._failed), *self._same_length()]:
            if self._is_explained(entry):
                continue
            backend = entry.balancer.backend if entry.balancer else ""
            service = services.get(backend, "")
            location = self._locations.get(service, entry.location)
            placed = msgspec.structs.replace(entry, service=service or backend, location=location)
            known = self._recognize(msgspec.structs.replace(placed, message=text))
            if entry.balancer and entry.balancer.details == _BY_BACKEND and not service:
                known = None
            status = entry.http.status if entry.http else None
            name = known.template if known else f"load balancer {status or ''}".strip()
            group = groups.setdefault((placed.service, name), _Group(placed.service, known, name))
            group.add(placed)
        found = sorted(groups.values(), key=lambda group: (group.entries[0].timestamp, group.name))
        return BalancerFailures(
            [group.build() for group in found],
            [item for group in found for item in group.traffic()],
            self._omitted,
        )

    def _keep(self, entry: Entry, where: list[Entry]) -> None:
        if len(self._failed) + len(self._sockets) >= _KEPT:
            self._omitted += 1
            return
        where.append(msgspec.structs.replace(entry, raw=b"{}") if entry.insert_id else entry)

    def _observe_request(self, entry: Entry, http: Http) -> None:
        if not entry.service or (entry.log_name and "requests" not in entry.log_name):
            return
        if entry.location:
            self._locations.setdefault(entry.service, entry.location)
        if (http.status or 0) < _CLIENT_ERROR:
            if entry.trace and len(self._served) < _JOINED:
                self._served[entry.trace] = entry.service
            return
        if len(self._failed_requests) < _KEPT:
            self._failed_requests.append(
                (entry.trace, entry.service, entry.timestamp, http.method, http.path, http.status or 0)
            )

    def _index_failed_requests(self) -> None:
        self._failed_traces = {request[0]: request[1] for request in self._failed_requests if request[0]}
        self._failed_urls = {}
        for _, service, at, method, path, status in self._failed_requests:
            self._failed_urls.setdefault((method, path, status), []).append((service, at))

    def _join_backends(self) -> dict[str, str]:
        """Return the service behind each backend: the one that most of its requests reached.

        Where no request is joined, as where the prefilter drops those that succeeded, the only service of
        the logs stands behind the only backend.
        """
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for trace, backend in self._balanced.items():
            service = self._served.get(trace) or self._failed_traces.get(trace)
            if service:
                votes[backend][service] += 1
        if not votes:
            for entry in self._failed:
                if entry.balancer and (service := self._same_url(entry)):
                    votes[entry.balancer.backend][service] += 1
        if not votes and len(self._services) == len(self._backends) == 1:
            return dict(zip(self._backends, self._services, strict=True))
        return {
            backend: max(found, key=lambda service: (found[service], service))
            for backend, found in votes.items()
        }

    def _is_explained(self, entry: Entry) -> bool:
        """Return whether a service logged the same request as failed: by trace, else by URL and time.

        Where more failed than are kept, an absence is not known.
        """
        if entry.trace and (entry.trace in self._failed_traces or entry.trace in self._served):
            return entry.trace in self._failed_traces or _is_by_backend(entry)
        if not _is_by_backend(entry):
            return False
        if len(self._failed_requests) >= _KEPT:
            return True
        traced = any(trace in self._served or trace in self._failed_traces for trace in self._balanced)
        return not (traced and entry.trace) and bool(self._same_url(entry))

    def _same_url(self, entry: Entry) -> str:
        """Return the service that logged a request of the same URL and status at that time, "" for none."""
        http = entry.http
        if http is None:
            return ""
        end = entry.timestamp + round((http.latency or 0.0) * NANOSECONDS) + _CLOCK
        found = self._failed_urls.get((http.method, http.path, http.status or 0), ())
        return next((service for service, at in found if entry.timestamp - _CLOCK <= at <= end), "")

    def _same_length(self) -> Iterable[tuple[Entry, str]]:
        """Yield the WebSockets that ended after the same time as others of their backend, with a text."""
        lengths: dict[tuple[str, int], list[Entry]] = defaultdict(list)
        for entry in self._sockets:
            seconds = round((entry.http.latency if entry.http else None) or 0)
            if seconds >= _SHORTEST and entry.balancer:
                lengths[entry.balancer.backend, seconds].append(entry)
        for (_, seconds), entries in sorted(lengths.items()):
            if len(entries) >= _SAME_LENGTH:
                yield from ((entry, f"{entry.message} after {seconds} s") for entry in entries)


def _is_failure(entry: Entry) -> bool:
    """Return whether a load balancer says that a request failed, and not because of the client."""
    details = entry.balancer.details if entry.balancer else ""
    status = (entry.http.status if entry.http else None) or 0
    if details.startswith(_NO_FAILURE) or details == _SOCKET_CLOSED:
        return False
    if status >= _CLIENT_ERROR:
        return True
    return details.startswith(
        ("backend_", "failed_to_", "serverless_", "internal_error", "websocket_handshake")
    )


def _is_by_backend(entry: Entry) -> bool:
    return entry.balancer is not None and entry.balancer.details in ("", _BY_BACKEND)


class _Group:
    """The failures of one service that have the same explanation."""

    def __init__(self, service: str, known: Recognized | None, name: str) -> None:
        self.service, self.known, self.name = service, known, name
        self.entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        if len(self.entries) > 1 and entry.precedes(self.entries[-2]):
            self.entries.sort(key=lambda item: item.sort_key)

    def build(self) -> FailureGroup:
        first, last = self.entries[0].timestamp, self.entries[-1].timestamp
        paths = Counter((e.http.path, e.http.status or 0) for e in self.entries if e.http is not None)
        return FailureGroup(
            service=self.service,
            known=self.known,
            template=self.name,
            link="none",
            count=len(self.entries),
            kinds={"request": len(self.entries)},
            paths=dict(sorted(paths.items(), key=lambda found: (-found[1], found[0]))[:_PATHS]),
            revisions={"": first},
            last_by_revision={"": last},
            first=first,
            last=last,
            samples=[self._sample(entry) for entry in self.entries[:_SAMPLES]],
            traces={entry.trace: entry.timestamp for entry in self.entries if entry.trace},
        )

    def traffic(self) -> list[Traffic]:
        """Return the requests by path and status."""
        counts: Counter[tuple[str, int]] = Counter()
        last: dict[tuple[str, int], int] = {}
        for entry in self.entries:
            if entry.http is not None and (entry.http.status or 0) >= _CLIENT_ERROR:
                key = (path_template(entry.http.path), entry.http.status or 0)
                counts[key] += 1
                last[key] = max(entry.timestamp, last.get(key, 0))
        return [
            Traffic(
                service=self.service,
                revision="",
                path=path,
                status=status,
                count=count,
                last=last[path, status],
            )
            for (path, status), count in counts.items()
        ]

    def _sample(self, entry: Entry) -> FailureSample:
        event: Event | None = None
        if self.known is not None:
            event = msgspec.structs.replace(self.known.event, entry=entry)
        return FailureSample(
            kind="request", entry=entry, event=event, status=entry.http.status if entry.http else None
        )
