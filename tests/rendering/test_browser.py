"""HTML report in a browser: isolated, accessible, responsive, printable."""

import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from tests.rendering.browser import Browser
from tests.tools import find_tool
from triage.models import Diagnosis, Timeline
from triage.rendering.html_report import render_html

Document = tuple[Diagnosis, Timeline]
Poison = Callable[[Document, Callable[[str], str]], Document]
pytestmark = [
    pytest.mark.tool("chromium"),
    pytest.mark.xdist_group("chromium"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    chromium = find_tool("chromium")
    assert chromium is not None
    started = Browser(chromium, tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


@pytest.fixture(scope="module", params=["gate", "database"])
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render_html(*request.getfixturevalue(request.param)), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [390, 820, 1440])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_page_logs_nothing_requests_nothing_and_fits_its_window(
    browser: Browser, page: Path, tmp_path: Path, width: int, *, dark: bool
) -> None:
    browser.open(page, width, dark=dark)
    assert browser.run("document.documentElement.scrollWidth") == width
    (tmp_path / f"{width}.png").write_bytes(browser.picture())
    assert browser.complaints() == []
    assert browser.requests() == [page.as_uri()]


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1440, False)], ids=["phone-dark", "desk-light"])
def test_axe_finds_no_serious_violation(browser: Browser, page: Path, width: int, *, dark: bool) -> None:
    browser.open(page, width, dark=dark)
    browser.run("for (const fold of document.querySelectorAll('details')) fold.open = true")
    browser.run(f"{files('axe_core_python').joinpath('axe.min.js').read_text(encoding='utf-8')};0")
    found = json.loads(browser.run("axe.run().then((result) => JSON.stringify(result.violations))"))
    assert [fault for fault in found if fault["impact"] in ("serious", "critical")] == []


def test_hovering_over_a_run_or_step_shows_its_line(browser: Browser, page: Path) -> None:
    browser.open(page)
    matches = browser.run(
        "[...document.querySelectorAll('.item')].map((item) => {"
        "  item.dispatchEvent(new PointerEvent('pointerenter'));"
        "  return document.querySelector('.told').textContent.trim() === "
        "item.getAttribute('aria-label').trim();"
        "})"
    )
    assert matches
    assert all(matches)
    assert browser.run("document.querySelector('.told').checkVisibility()")


def test_arrow_keys_move_between_runs(browser: Browser, page: Path) -> None:
    browser.open(page)
    assert browser.run("document.querySelectorAll('.item[tabindex=\"0\"]').length") == 1
    browser.run("document.querySelector('.item').focus()")
    browser.press("ArrowRight")
    assert browser.run("document.activeElement === document.querySelectorAll('.item')[1]")


def test_instance_and_revision_filter_the_drawing(browser: Browser, page: Path) -> None:
    browser.open(page)
    shown = "[...document.querySelectorAll('.lane')].filter((lane) => getComputedStyle(lane).display !== 'none').length"
    everything = browser.run(shown)
    for by in ("instance", "revision"):
        choose = (
            f"(() => {{ const chosen = document.querySelector('select[data-by={by}]');"
            " chosen.value = '%s'; chosen.dispatchEvent(new Event('change')); })()"
        )
        browser.run(choose % "0")
        assert 0 < browser.run(shown) < everything
        browser.run(choose % "")
        assert browser.run(shown) == everything


def test_copy_button_copies_its_text(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run(
        "navigator.clipboard.writeText = async (text) => { (window.taken ??= []).push(text); };"
        "for (const button of document.querySelectorAll('.copied button')) button.click();"
    )
    taken = browser.run("window.taken")
    assert taken == browser.run(
        "[...document.querySelectorAll('.copied code')].map((code) => code.textContent)"
    )
    assert taken
    assert browser.run("document.querySelector('.status').textContent") == "Copied"


def test_print_opens_every_fold_and_hides_buttons(browser: Browser, page: Path) -> None:
    browser.open(page, 794)
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.run(
        "[...document.querySelectorAll('pre code, td')].every((it) => it.closest('.told') || "
        "it.checkVisibility())"
    )
    assert not browser.run(
        "[...document.querySelectorAll('button, select')].some((it) => it.checkVisibility())"
    )
    assert browser.paper().startswith(b"%PDF")


def test_citation_opens_the_fold_of_its_line(browser: Browser, page: Path) -> None:
    browser.open(page)
    browser.run("document.querySelector('a[href^=\"#i1-\"]').click()")
    assert browser.run("document.querySelector('.line:target').checkVisibility()")


def test_log_text_is_not_executed_and_the_policy_blocks_scripts(
    browser: Browser, database: Document, poisoned: Poison, tmp_path: Path
) -> None:
    attack = "<script>window.run=1</script><img src=x onerror='window.run=1'>\" onfocus='window.run=1' autofocus x=\""
    path = tmp_path / "report.html"
    path.write_text(render_html(*poisoned(database, lambda text: attack + text)), encoding="utf-8")
    browser.open(path)
    assert browser.complaints() == []
    assert browser.requests() == [path.as_uri()]
    assert browser.run("document.images.length + document.scripts.length") == 1
    browser.run(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"https://example.com/x.png\">');"
        "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.run=1' "
        "}))"
    )
    assert browser.run("window.run === undefined")
    refused = " ".join(browser.complaints())
    assert "script-src" in refused
    assert "Content Security Policy" in refused
