"""The logs of three invented services, each with a good start and a bad one, and with ordinary traffic."""

from collections.abc import Sequence
from typing import NamedTuple

from tests.runs.logs import Log, export, platform, request, text_line


class InventedService(NamedTuple):
    """One service.

    Attributes:
        name: its name.
        good: what it prints when it starts well.
        bad: what it prints when it does not.
        later: what it prints while it serves.
        ends: whether the bad start ends the container.
        checks: its checks, in order.
        edits: replacements in the draft that a person makes, at most five.
        cause: the cause that the diagnosis must name.
        check: the failing check that it must name.

    """

    name: str
    good: Sequence[str]
    bad: Sequence[str]
    later: Sequence[str]
    ends: bool
    checks: Sequence[str]
    edits: Sequence[tuple[str, str]]
    cause: str
    check: str


def logs_of(service: InventedService) -> list[Log]:
    """Return an export: a good start of one revision, traffic, then two bad starts of the next revision."""
    logs: list[Log] = []
    for number, start in enumerate((0, 600, 700)):
        place = {
            "service": service.name,
            "revision": f"{service.name}-0000{1 + (number > 0)}-abc",
            "instance": f"00aa11bb{number}",
        }
        logs.append(platform(start, "Starting new instance. Reason: DEPLOYMENT_ROLLOUT", **place))
        lines = service.bad if number else service.good
        logs += [text_line(start + 1 + at / 10, line, **place) for at, line in enumerate(lines)]
        if number == 0:
            logs += [request(60 + at, "/orders", 200, **place) for at in range(3)]
            logs += [text_line(61 + at, line, **place) for at, line in enumerate(service.later)]
        elif service.ends:
            logs.append(platform(start + 3, "Container called exit(1).", severity="WARNING", **place))
    return export(logs)


NODE = InventedService(
    name="cart-api",
    good=[
        "Server listening on :8080",
        "[startup] running 3 readiness checks",
        "[startup] check postgres: ok (12ms)",
        "[startup] check redis: ok (3ms)",
        "[startup] check pubsub: ok (140ms)",
        "[startup] cart-api is ready after 0.4 s",
    ],
    bad=[
        "Server listening on :8080",
        "[startup] running 3 readiness checks",
        "[startup] check postgres: ok (11ms)",
        "[startup] check redis: failed: connect ECONNREFUSED 10.0.0.5:6379",
        "[startup] cart-api not ready: redis",
    ],
    later=["cart 17 updated", "checkout of cart 17 ok", "payment provider is slow: 812 ms"],
    ends=True,
    checks=["postgres", "redis", "pubsub"],
    edits=[
        ('title = "The check redis failed"', 'title = "The cart cannot reach its session store"'),
        (
            'means = "The readiness check redis failed, so the service does not serve."',
            'means = "Sessions live in Redis: without it no cart can be opened."',
        ),
    ],
    cause="redis-failed",
    check="redis",
)

GO = InventedService(
    name="ledger",
    good=[
        "2026/03/17 14:00:01 grpc: serving on [::]:8080",
        "2026/03/17 14:00:01 health: checking 2 dependencies",
        "2026/03/17 14:00:01 health: ledger.v1.Accounts SERVING (4ms)",
        "2026/03/17 14:00:01 health: ledger.v1.Rates SERVING (7ms)",
        "2026/03/17 14:00:01 health: overall status SERVING",
    ],
    bad=[
        "2026/03/17 14:10:01 grpc: serving on [::]:8080",
        "2026/03/17 14:10:01 health: checking 2 dependencies",
        "2026/03/17 14:10:01 health: ledger.v1.Accounts SERVING (4ms)",
        "2026/03/17 14:10:03 health: ledger.v1.Rates NOT_SERVING: rpc error: code = Unavailable desc = no route",
        "2026/03/17 14:10:03 health: overall status NOT_SERVING",
    ],
    later=["2026/03/17 14:01:01 posted 17 entries", "2026/03/17 14:01:02 GET /orders 200 3ms"],
    ends=False,
    checks=["ledger.v1.Accounts", "ledger.v1.Rates"],
    edits=[('title = "The check ledger.v1.Rates failed"', 'title = "The rates service does not answer"')],
    cause="ledger-v1-rates-failed",
    check="ledger.v1.Rates",
)

_SPRING = "2026-03-17T14:0{minute}:01.{at}23Z {level} 1 --- [shop] [           main] {logger} : {text}"


def spring(minute: int, at: int, level: str, logger: str, text: str) -> str:
    """Return a line in the default format of Spring Boot's console."""
    return _SPRING.format(minute=minute, at=at, level=level.rjust(5), logger=logger.ljust(40), text=text)


_STATE = "o.s.b.a.ApplicationAvailabilityBean"
_PROBE = "com.example.shop.ReadinessProbe"
SPRING = InventedService(
    name="shop-backend",
    good=[
        spring(0, 1, "INFO", "com.example.shop.ShopApplication", "Starting ShopApplication using Java 21"),
        spring(0, 2, "INFO", _PROBE, "Health indicator db reports UP"),
        spring(0, 3, "INFO", _PROBE, "Health indicator rabbit reports UP"),
        spring(0, 4, "INFO", "com.example.shop.ShopApplication", "Started ShopApplication in 4.2 seconds"),
        spring(
            0, 5, "INFO", _STATE, "Application availability state ReadinessState changed to ACCEPTING_TRAFFIC"
        ),
    ],
    bad=[
        spring(1, 1, "INFO", "com.example.shop.ShopApplication", "Starting ShopApplication using Java 21"),
        spring(1, 2, "INFO", _PROBE, "Health indicator db reports UP"),
        spring(1, 3, "WARN", _PROBE, "Health indicator rabbit reports DOWN: Connection refused"),
        spring(1, 4, "INFO", "com.example.shop.ShopApplication", "Started ShopApplication in 4.2 seconds"),
        spring(
            1, 5, "INFO", _STATE, "Application availability state ReadinessState changed to REFUSING_TRAFFIC"
        ),
    ],
    later=[spring(2, 1, "INFO", "com.example.shop.Orders", "order 17 is ready for collection")],
    ends=False,
    checks=["db", "rabbit"],
    edits=[],
    cause="rabbit-failed",
    check="rabbit",
)
SERVICES = [NODE, GO, SPRING]
