"""A few lines of each revision are kept as samples, with counts."""

from tests.diagnosis.scenarios import aborted_startup, crash
from tests.release.gate.scenarios import NEW, OLD, boot
from tests.runs.logs import Log, analysis, rejected, request, validation
from triage.models import EvidenceSample


def samples(*logs: list[Log], revision: str = OLD) -> list[EvidenceSample]:
    return [seen for seen in analysis(*logs).samples if seen.line.revision == revision]


def kept(*logs: list[Log], shows: str) -> list[tuple[str, int]]:
    return [(seen.line.message, seen.line.count) for seen in samples(*logs) if seen.shows == shows]


def test_similar_failed_boots_are_one_sample_with_a_count() -> None:
    loop = [log for number in range(5) for log in crash(10 * number, instance=f"i{number}")]
    ((message, count),) = kept(loop, shows="boot_failed")
    assert (message, count) == (
        "CRITICAL: Core WebSocket components import failed: No module named 'billing'",
        5,
    )


def test_at_most_three_kinds_of_failure_are_reported() -> None:
    logs = [
        log
        for number, name in enumerate("abcde")
        for log in crash(20 * number, f"{name * (number + 1)}", instance=name)
    ]
    logs += [log for number in range(4) for log in aborted_startup(200 + 30 * number, instance=f"j{number}")]
    found = kept(logs, shows="boot_failed")
    assert len(found) <= 3
    assert sum(count for _, count in found) == 9


def test_failed_boot_is_shown_by_the_line_of_its_phase() -> None:
    ((message, _),) = kept(aborted_startup(0), shows="boot_failed")
    assert "PHASE FAILED: DATABASE" in message


def test_failed_check_is_shown_by_its_own_line() -> None:
    ((message, count),) = kept(validation(0, down=["agent_supervisor"]), shows="check_failed")
    assert "CRITICAL FAIL: agent_supervisor" in message
    assert count == 1


def test_header_check_is_not_a_failed_check() -> None:
    assert kept([rejected(0)], shows="check_failed") == []


def test_three_slowest_boots_are_kept_with_first_and_last_line() -> None:
    boots = [
        log
        for number, took in enumerate([5, 50, 20, 9, 30])
        for log in boot(100 * number, took, instance=f"i{number}")
    ]
    slow = [seen for seen in samples(boots) if seen.shows == "boot_ready"]
    assert len(slow) == 6
    assert [seen.run for seen in slow[::2]] == [seen.run for seen in slow[1::2]]
    assert len({seen.run for seen in slow}) == 3
    runs = {run.id: run.elapsed for run in analysis(boots).timeline.runs}
    assert [runs[seen.run] for seen in slow[::2]] == [50, 30, 20]


def test_refused_websockets_are_kept_by_path_and_status() -> None:
    logs = [
        request(0, "/ws", 503),
        request(1, "/ws", 503),
        request(2, "/ws", 403),
        request(3, "/ws", 101),
        request(4, "/health", 503),
    ]
    assert kept(logs, shows="socket_refused") == [("GET /ws 503", 2), ("GET /ws 403", 1)]


def test_sample_has_its_revision_and_link() -> None:
    logs = [*crash(0), *crash(100, "shipping", revision=NEW, instance="i2")]
    ((seen,), (other,)) = (
        [found for found in samples(logs, revision=name) if found.shows == "boot_failed"]
        for name in (OLD, NEW)
    )
    assert "billing" in seen.line.message
    assert "shipping" in other.line.message
    assert seen.line.link.startswith("https://console.cloud.google.com/logs/query;")
    assert (seen.line.id, seen.run[:2]) == ("", "b-")
