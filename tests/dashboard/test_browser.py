"""The dashboard in a browser: it follows the logs, loses and finds its server, and runs no log text."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from tests.dashboard.conftest import WatchProcess, recent_entries, shown
from tests.dashboard.pages import page
from tests.fakes.logging_server import LoggingServer
from tests.rendering.browser import Browser
from tests.runs.logs import SERVICE, log_line, platform, request, validation
from tests.tools import find_tool
from triage.dashboard.address import Address
from triage.dashboard.app import Assets
from triage.dashboard.board import Board
from triage.dashboard.server import DashboardServer
from triage.rendering.dashboard_page import DashboardRenderer, dashboard_assets

pytestmark = [
    pytest.mark.tool("chromium"),
    pytest.mark.xdist_group("chromium"),
]
BADGE = "document.querySelector('#service-1 h2 .badge').textContent"
READY = validation(0)
FAILED = validation(20, down=["agent_supervisor"])
RECOVERED = validation(40)
ATTACK = "<script>window.run=1</script><img src=x onerror='window.run=1'><b onclick='window.run=1'>\"'&amp;"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    chromium = find_tool("chromium")
    assert chromium is not None
    started = Browser(chromium, tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


def open_page(browser: Browser, watched: WatchProcess, width: int = 1280, *, dark: bool = False) -> None:
    """Open the page, and wait until it follows the logs."""
    # The page before may still ask its server, which is gone.
    browser.open("about:blank")
    browser.open(watched.url, width, dark=dark)
    browser.wait_for("document.getElementById('connection').textContent === 'Live'")


def test_an_incident_opens_and_closes_on_an_open_page(
    browser: Browser, server: LoggingServer, watched: WatchProcess
) -> None:
    entries = recent_entries(READY, FAILED, RECOVERED)
    first, second = len(READY), len(READY) + len(FAILED)
    server.arrive(entries[:first])
    open_page(browser, watched)
    browser.wait_for(f"{BADGE} === 'ready'")
    assert browser.run(shown("No incident is open."))
    browser.run("window.same = true")

    server.arrive(entries[first:second])
    browser.wait_for(f"{BADGE} === 'not ready'")
    title = browser.run("document.querySelector('article.incident h4').textContent")
    assert "agent_supervisor" in title
    assert browser.run("document.title").startswith("NOT READY")
    assert browser.run("document.querySelector('article.incident .copied button').checkVisibility()")
    assert title in browser.run("document.getElementById('news').textContent")

    server.arrive(entries[second:])
    browser.wait_for(f"{BADGE} === 'ready'")
    assert browser.run(shown("No incident is open."))
    assert browser.run("window.same")
    assert browser.complaints() == []


def test_page_without_its_script_shows_the_state(
    browser: Browser, server: LoggingServer, watched: WatchProcess
) -> None:
    server.arrive(recent_entries(FAILED))
    open_page(browser, watched)
    browser.wait_for(f"{BADGE} === 'not ready'")
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(watched.url)
        assert browser.run(BADGE) == "not ready"
        assert browser.run("document.getElementById('connection').textContent").startswith("Not updating")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


def test_two_viewers_cost_one_reading_of_the_logs(
    browser: Browser, server: LoggingServer, watched: WatchProcess
) -> None:
    open_page(browser, watched)
    with httpx.stream("GET", f"{watched.url}events") as second:
        lines = second.iter_lines()
        server.arrive(recent_entries(READY))
        browser.wait_for(f"{BADGE} === 'ready'")
        assert any("READY: " in line for line in lines)
    assert len(server.tails.filters) == 1
    # The look back at the start, and the second look at what arrived late.
    assert len(server.requests) <= 2


def test_focus_and_open_folds_stay_while_the_page_changes(
    browser: Browser, server: LoggingServer, watched: WatchProcess
) -> None:
    entries = recent_entries(FAILED, validation(60, down=["agent_supervisor"], instance="i2"))
    server.arrive(entries[: len(FAILED)])
    open_page(browser, watched)
    browser.wait_for("document.querySelector('article.incident details')")
    browser.run("document.querySelector('article.incident summary').focus()")
    browser.press("Enter")
    browser.wait_for("document.querySelector('article.incident details').open")
    server.arrive(entries[len(FAILED) :])
    browser.wait_for("document.querySelectorAll('#service-1-instances tbody tr').length === 2")
    assert browser.run("document.querySelector('article.incident details').open")
    assert browser.run("document.activeElement === document.querySelector('article.incident summary')")


def test_minutes_and_runs_are_reached_with_the_keyboard(
    browser: Browser, server: LoggingServer, watched: WatchProcess
) -> None:
    server.arrive(recent_entries(READY, request(30, "/health", 200), request(200, "/health", 503)))
    open_page(browser, watched)
    for drawing in ("svg.minutes", "svg.lanes"):
        browser.wait_for(f"document.querySelector('{drawing} .item[tabindex=\"0\"]')")
        browser.run(f"document.querySelector('{drawing} .item').focus()")
        first = browser.run("document.activeElement.getAttribute('aria-label')")
        assert (
            browser.run("document.activeElement.closest('.drawn').querySelector('.told').innerText") == first
        )
    browser.press("ArrowRight")
    assert browser.run("document.activeElement === document.querySelectorAll('svg.lanes .item')[1]")


def test_lost_server_is_reported_and_found_again(
    browser: Browser, server: LoggingServer, tmp_path: Path
) -> None:
    server.add(recent_entries(READY))
    with WatchProcess(server, tmp_path, SERVICE) as watched:
        open_page(browser, watched)
        browser.wait_for(f"{BADGE} === 'ready'")
        status, printed, notes = watched.stop("SIGTERM")
    assert status == 143
    assert "READY" in printed
    assert "entries are kept in" in notes
    assert "Traceback" not in notes
    browser.wait_for("document.getElementById('connection').textContent.startsWith('Not connected since ')")
    assert browser.run(BADGE) == "ready"
    assert "Logs read until" in browser.run("document.getElementById('age').textContent")
    assert browser.run("document.body.classList.contains('stale')")
    assert browser.run("document.title").startswith("NOT CONNECTED, was READY")
    server.add(recent_entries(validation(0, down=["agent_supervisor"])))
    folder = tmp_path / "again"
    folder.mkdir()
    with WatchProcess(server, folder, SERVICE, port=watched.port):
        browser.wait_for("document.getElementById('connection').textContent === 'Live'")
        browser.wait_for(f"{BADGE} === 'not ready'")
        assert not browser.run("document.body.classList.contains('stale')")
        assert browser.run("document.title").startswith("NOT READY")


def test_several_services_and_one_without_a_chain(
    browser: Browser, server: LoggingServer, tmp_path: Path
) -> None:
    place = {"service": "stall", "revision": "stall-00004-abc", "instance": "s1"}
    with WatchProcess(server, tmp_path, SERVICE, "stall") as watched:
        server.arrive(recent_entries(READY, *(request(n, "/orders", 200, **place) for n in range(9))))
        open_page(browser, watched)
        browser.wait_for(
            "[...document.querySelectorAll('.cards .badge')].every((it) => it.innerText === 'READY')"
        )
        assert browser.run("document.querySelectorAll('.cards li').length") == 2
        assert browser.run("document.getElementById('service-2').innerText.includes('1 of 1 ready')")
        assert browser.run("document.getElementById('service-2').innerText.includes('9 answered')")
        assert browser.run(
            "document.getElementById('service-2').innerText.includes('No readiness chain is known')"
        )
    assert len(server.tails.filters) == 1


def test_page_is_accessible_and_fits_every_window(
    browser: Browser, server: LoggingServer, watched: WatchProcess
) -> None:
    crash = platform(60, "Container called exit(1).", instance="i3")
    requests = [request(25, "/ws/health", 503), request(26, "/ws", 101)]
    server.arrive(recent_entries(READY, FAILED, *requests, crash))
    axe = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    for width, dark in ((390, False), (390, True), (1280, False), (1280, True)):
        open_page(browser, watched, width, dark=dark)
        browser.wait_for(f"{BADGE} === 'not ready' && document.querySelector('svg.minutes')")
        assert browser.run("document.documentElement.scrollWidth") == width
        assert browser.complaints() == []
    for width, dark in ((390, True), (1280, False)):
        open_page(browser, watched, width, dark=dark)
        browser.run("for (const fold of document.querySelectorAll('details')) fold.open = true")
        browser.run(f"{axe};0")
        found = json.loads(browser.run("axe.run().then((result) => JSON.stringify(result.violations))"))
        assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []


def test_log_text_is_not_executed(browser: Browser, server: LoggingServer, watched: WatchProcess) -> None:
    attack = log_line(30, f"Unexpected error {ATTACK}", "shop", severity="ERROR")
    crash = [
        log_line(70, f"RuntimeError: {ATTACK}", "shop", severity="ERROR", instance="i9"),
        platform(70.5, "Container called exit(1).", instance="i9"),
    ]
    open_page(browser, watched)
    server.arrive(recent_entries(READY, FAILED, attack, *crash))
    browser.wait_for(shown("window.run=1"))
    for _ in range(2):  # As an update, and as the first page.
        assert browser.run("window.run === undefined")
        assert browser.run("document.images.length") == 0
        assert browser.run("document.scripts.length") == 1
        assert browser.run("document.querySelector('[onclick], [onerror], script:not([src])')") is None
        assert browser.complaints() == []
        open_page(browser, watched)


def test_script_takes_over_known_elements_only(browser: Browser) -> None:
    """Nothing runs even where a template would forget to escape."""
    renderer = DashboardRenderer([], {})
    board = Board(renderer.render_waiting("run-0", ["shop"]))
    with DashboardServer(board, Address("127.0.0.1", 0), Assets(*dashboard_assets())) as server:
        browser.open("about:blank")
        browser.open(server.address.url)
        browser.wait_for("document.getElementById('connection').textContent === 'Reading the logs'")
        attack = (
            f"<p>{ATTACK}</p><a href='javascript:window.run=1'>one</a><a href='//example.com'>two</a><b style='color: red'>three</b>"
            "<svg onload='window.run=1'><use href='https://example.com'/><circle r='1'/></svg><iframe src='x'></iframe><form></form>"
        )
        board.post(page(1, a=f"<section id='a'><h2>new</h2>{attack}</section>"))
        browser.wait_for("document.querySelector('#a circle')")
        board.post(page(2, a=f"<section id='a'><h2>newer</h2>{attack}</section>"))
        browser.wait_for("document.querySelector('#a h2').textContent === 'newer'")
        assert browser.run(
            "[...new Set([...document.querySelectorAll('#a *')].flatMap((it) => [it.localName, ...it.getAttributeNames()]))]"
        ) == ["h2", "p", "b", "a", "svg", "circle", "r"]
        assert browser.run("window.run === undefined")
        assert [text for text in browser.complaints() if "Content Security Policy" not in text] == []


def test_policy_refuses_text_as_markup_and_scripts_in_the_page(
    browser: Browser, watched: WatchProcess
) -> None:
    open_page(browser, watched)
    browser.run(
        "document.body.append(Object.assign(document.createElement('img'), { src: 'https://example.com/x.png' }));"
    )
    assert (
        browser.run(
            "(() => { try { document.body.innerHTML = '<b>x</b>'; return 'set'; } catch (error) { return error.name; } })()"
        )
        == "TypeError"
    )
    assert browser.run(
        "(() => { try { const script = document.createElement('script'); script.textContent = 'window.run = 1';"
        " document.body.append(script); } catch { } return window.run === undefined; })()"
    )
    refused = " ".join(browser.complaints())
    assert "img-src" in refused or "default-src" in refused
