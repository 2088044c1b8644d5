"""The lines that are kept of each revision: a few, counted, and none of another."""

from tests.release.gate.scenarios import NEW, OLD, boot
from tests.diagnosis.scenes import crash, gave_up
from tests.runs.logs import Log, analysis, rejecting, request, validation
from triage.models import EvidenceSample


def samples(*logs: list[Log], revision: str = OLD) -> list[EvidenceSample]:
    return [seen for seen in analysis(*logs).samples if seen.line.revision == revision]


def kept(*logs: list[Log], shows: str) -> list[tuple[str, int]]:
    return [(seen.line.message, seen.line.count) for seen in samples(*logs) if seen.shows == shows]


def test_boots_that_fail_alike_are_one_line_with_their_number() -> None:
    loop = [log for number in range(5) for log in crash(10 * number, instance=f"i{number}")]
    ((message, count),) = kept(loop, shows="boot_failed")
    assert (message, count) == (
        "CRITICAL: Core WebSocket components import failed: No module named 'billing'",
        5,
    )


def test_no_more_than_three_kinds_of_failure_are_kept() -> None:
    logs = [
        log
        for number, name in enumerate("abcde")
        for log in crash(20 * number, f"{name * (number + 1)}", instance=name)
    ]
    logs += [log for number in range(4) for log in gave_up(200 + 30 * number, instance=f"j{number}")]
    found = kept(logs, shows="boot_failed")
    assert len(found) <= 3
    assert sum(count for _, count in found) == 9


def test_a_boot_that_failed_in_a_phase_of_the_orchestrator_is_shown_by_that_line() -> None:
    ((message, _),) = kept(gave_up(0), shows="boot_failed")
    assert "PHASE FAILED: DATABASE" in message


def test_a_failed_check_is_shown_by_its_own_line() -> None:
    ((message, count),) = kept(validation(0, down=["agent_supervisor"]), shows="check_failed")
    assert "CRITICAL FAIL: agent_supervisor" in message
    assert count == 1


def test_a_refusal_by_the_header_check_shows_no_failed_check() -> None:
    assert kept([rejecting(0)], shows="check_failed") == []


def test_of_boots_that_came_up_the_three_slowest_are_kept_with_both_ends() -> None:
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


def test_sockets_that_were_refused_are_kept_by_path_and_answer() -> None:
    logs = [
        request(0, "/ws", 503),
        request(1, "/ws", 503),
        request(2, "/ws", 403),
        request(3, "/ws", 101),
        request(4, "/health", 503),
    ]
    assert kept(logs, shows="socket_refused") == [("GET /ws 503", 2), ("GET /ws 403", 1)]


def test_a_line_is_kept_of_the_revision_that_said_it_with_a_link_to_it() -> None:
    logs = [*crash(0), *crash(100, "shipping", revision=NEW, instance="i2")]
    ((seen,), (other,)) = (
        [found for found in samples(logs, revision=name) if found.shows == "boot_failed"]
        for name in (OLD, NEW)
    )
    assert "billing" in seen.line.message
    assert "shipping" in other.line.message
    assert seen.line.link.startswith("https://console.cloud.google.com/logs/query;")
    assert (seen.line.id, seen.run[:2]) == ("", "b-")
