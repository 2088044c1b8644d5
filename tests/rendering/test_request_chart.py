"""Requests over time as bars."""

from triage.models import RequestMinute
from triage.rendering.request_chart import HEIGHT, MINUTES, draw_requests
from triage.window import NANOSECONDS, parse_timestamp

NOW = parse_timestamp("2026-03-01T08:30:20Z")
MINUTE = 60 * NANOSECONDS


def minute(kind: str, ago: int, **outcomes: int) -> RequestMinute:
    at = NOW // MINUTE * MINUTE - ago * MINUTE
    return RequestMinute(service="shop", kind=kind, minute=at, outcomes=outcomes)  # type: ignore[arg-type]


def test_each_kind_has_a_chart_of_the_last_hour() -> None:
    socket, health = draw_requests(
        [
            minute("health", 0, good=3),
            minute("socket", 1, good=2, failed=1),
            minute("socket", MINUTES - 1, refused=1),
            minute("socket", MINUTES, good=50),
        ],
        NOW,
        only_known=True,
    )
    assert (socket.title, socket.says) == (
        "WebSocket connections",
        "2 opened, 1 refused (4xx), 1 failed (5xx)",
    )
    assert (health.title, health.says) == ("Health checks", "3 answered")
    assert [(bar.x, bar.says) for bar in socket.bars] == [
        (MINUTES - 2, "08:29 UTC: 2 opened, 1 failed (5xx)"),
        (0, "07:31 UTC: 1 refused (4xx)"),
    ]
    assert (socket.most, socket.first[11:16], socket.last[11:16]) == (3, "07:31", "08:30")


def test_parts_of_a_bar_are_stacked_with_failures_at_the_bottom() -> None:
    (chart,) = draw_requests([minute("socket", 0, good=30, failed=10, refused=20)], NOW, only_known=True)
    assert [(part.outcome, part.y, part.height) for part in chart.bars[0].parts] == [
        ("failed", 50, 10),
        ("refused", 30, 20),
        ("good", 0, 30),
    ]


def test_single_failure_among_many_requests_is_visible() -> None:
    (chart,) = draw_requests([minute("health", 0, good=100_000, failed=1)], NOW, only_known=True)
    failed, good = chart.bars[0].parts
    assert failed.height >= 2
    assert 0 <= good.y < failed.y < HEIGHT


def test_other_paths_are_drawn_where_all_requests_are_read() -> None:
    requests = [minute("other", 0, good=1)]
    assert draw_requests(requests, NOW, only_known=True) == []
    assert [chart.title for chart in draw_requests(requests, NOW, only_known=False)] == ["Other requests"]


def test_without_requests_there_is_no_chart() -> None:
    assert draw_requests([], NOW, only_known=False) == []
