"""The page of a dashboard: what it says of each service, secrets masked and log text escaped."""

import re
from html.parser import HTMLParser

from tests.dashboard.states import make_state, placed, render, section
from tests.release.watch.updates import START
from tests.rules.test_second_service import CLOSED, PLACE, desk
from tests.rules.test_second_service import PACK as SECOND_SERVICE
from tests.runs.logs import REVISION, SERVICE, log_line, platform, request, validation
from triage.models import RegionStatus, VerdictChange
from triage.pipeline import load_packs
from triage.rendering.dashboard_page import DashboardRenderer

READY = validation(0)
FAILED = validation(20, down=["agent_supervisor"])
STALL = {"service": "stall", "revision": "stall-00004-abc"}


class _Text(HTMLParser):
    """The text of HTML, and its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.append(tag)
        self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def __str__(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.parts))


def text(html: str) -> str:
    return str(_Text(html))


def test_service_has_its_verdict_reason_instances_and_revisions() -> None:
    page = render(make_state(READY, request(5, "/ws", 101, instance="i2")))
    said = text(section(page))
    assert f"{SERVICE} ready The readiness validation that ended at" in said
    assert "Instances 1 of 2 ready" in said
    assert f"{REVISION} ready" in said
    assert page.title == f"READY: {SERVICE}"
    assert [found.name for found in page.sections] == ["service-1", "changes", "about"]


def test_open_incident_of_a_revision_has_the_line_of_its_cause() -> None:
    cause = "Failed to run migrations: (psycopg2.OperationalError) connection refused"
    consequence = "Continuing without migrations"
    page = render(make_state(READY, log_line(30, cause), log_line(31, consequence)))
    key = re.findall(r'<pre class="key"><code>([^<]*)', section(page))
    assert key == [cause]


def test_open_incident_has_its_line_its_evidence_and_what_to_do() -> None:
    page = render(make_state(READY, FAILED))
    said = text(section(page))
    assert "not ready" in said
    assert "Do now:" in said
    assert "triage timeline" in said
    assert said.index("CRITICAL FAIL: agent_supervisor") < said.index("Do now:") < said.index("Evidence:")
    assert page.title == f"NOT READY: {SERVICE}, 1 open incident"
    assert page.incidents == {SERVICE: {"P0": 1, "P1": 0}}


def test_incident_that_is_over_is_not_open() -> None:
    page = render(make_state(READY, FAILED, validation(40)))
    said = text(section(page))
    assert "No incident is open." in said
    assert "1 incident over or minor" in said
    assert page.incidents == {SERVICE: {"P0": 0, "P1": 0}}


def test_chain_has_the_last_result_of_each_check_and_time_to_ready() -> None:
    said = text(section(render(make_state(validation(0, down=["agent_supervisor"]), validation(20)))))
    assert "agent_supervisor ✓ passed" in said
    assert "FAILED" not in said.partition("The readiness chain")[2].partition("Instances")[0]
    assert "Boots and validations, from their beginning until they were ready" in said


def test_check_that_failed_on_some_instances_says_so() -> None:
    state = make_state(
        validation(0, instance="i1"),
        validation(20, instance="i2", down=["agent_supervisor"]),
        validation(40, instance="i3"),
    )
    assert "failed on 1 of 3 instances" in text(section(render(state)))


def test_chain_that_no_run_reached_is_shown_as_not_reached() -> None:
    said = text(section(render(make_state(platform(1, "Container called exit(1).")))))
    assert "No check was made." in said
    assert "database – not reached" in said


def test_chain_of_any_service_is_shown() -> None:
    packs = load_packs([SECOND_SERVICE])
    state = make_state(desk(0, *CLOSED), services=(PLACE["service"],), packs=packs)
    said = text(section(render(state, packs)))
    assert f"{PLACE['service']} not ready" in said
    assert "scales ✗ FAILED" in said
    assert "printer – not reached" in said


def test_service_without_a_chain_is_judged_by_starts_and_requests() -> None:
    state = make_state([request(n, "/orders", 200, **STALL) for n in range(5)], services=("stall",))
    said = text(section(render(state)))
    assert "stall ready Serving: 5 of 5 requests succeeded" in said
    assert "No readiness chain is known for this service" in said
    assert "Instances 1 of 1 ready" in said
    assert "Other requests 5 answered" in said


def test_failed_starts_are_no_instances() -> None:
    crashes = [platform(n, "Container called exit(1).", instance=f"x{n}", **STALL) for n in (10, 20)]
    state = make_state([request(1, "/orders", 200, **STALL)], crashes, services=("stall",))
    (region,) = render(state).verdicts
    assert region.ready == 1
    assert region.instances + region.failed_starts == 3


def test_each_region_has_its_verdict_its_reason_and_its_instances() -> None:
    state = make_state(
        placed(validation(0, instance="i1"), "europe-west4"),
        placed(validation(20, instance="i2", down=["agent_supervisor"]), "us-central1"),
    )
    page = render(state)
    assert [(found.name, found.verdict, found.ready, found.instances) for found in page.verdicts] == [
        ("europe-west4", "ready", 1, 1),
        ("us-central1", "not_ready", 0, 1),
    ]
    assert all(found.why for found in page.verdicts)
    said = text(section(page))
    assert "europe-west4 ready 1 of 1" in said
    assert "us-central1 not ready 0 of 1" in said


def test_region_stays_known_when_no_instance_is_alive() -> None:
    state = make_state(placed(validation(0), "europe-west4"), seconds=5000)
    assert [(found.name, found.instances) for found in render(state).verdicts] == [("europe-west4", 0)]


def test_several_services_have_an_overview_and_the_worst_leads_the_title() -> None:
    calm = [request(n, "/orders", 200, **STALL) for n in range(5)]
    page = render(make_state(calm, FAILED, services=("stall", SERVICE)))
    said = text(section(page, "overview"))
    assert said.index("stall") < said.index(SERVICE)
    assert page.title == f"NOT READY: {SERVICE} and 1 more, 1 open incident"
    assert [found.name for found in page.sections][:3] == ["overview", "service-1", "service-2"]


def test_ready_service_with_an_open_incident_is_not_shown_as_ready_alone() -> None:
    state = make_state(READY, [request(n, "/ws/health", 503) for n in range(30, 40)])
    said = text(section(render(state)))
    assert state.watch.diagnosis.open_incidents == 1
    assert f"{SERVICE} ready, 1 open incident" in said


def test_watched_service_that_logged_nothing_has_no_data() -> None:
    page = render(make_state(READY, services=(SERVICE, "silent")))
    assert "silent no data It logged nothing." in text(section(page, "service-2"))
    assert page.verdicts[1] == RegionStatus(
        service="silent", name="", verdict="no_data", why="it logged nothing", ready=0, instances=0
    )


def test_changes_of_verdicts_are_listed_the_newest_first_and_the_new_ones_are_news() -> None:
    changes = (
        VerdictChange(at=START, before=None, after="ready", service=SERVICE),
        VerdictChange(
            at=START + 10**9, before="ready", after="not_ready", service=SERVICE, cause="a check failed"
        ),
        VerdictChange(
            at=START + 2 * 10**9, before=None, after="not_ready", revisions=list("abcde"), instances=["i1"]
        ),
    )
    page = render(make_state(READY, changes=changes), new=2)
    assert page.news == [
        f"{SERVICE}: ready -> not ready: a check failed",
        "revision a, revision b, revision c, instance i1, 2 more: not ready",
    ]
    said = text(section(page, "changes"))
    assert re.findall(r"08:00:0\d", said) == ["08:00:02", "08:00:01", "08:00:00"]
    assert said.endswith(f"{SERVICE}: ready ")
    assert render(make_state(READY, changes=changes)).news == []


def test_secrets_are_masked_everywhere() -> None:
    secret = "correct-horse-battery"
    line = log_line(
        30, f"Unexpected error with postgres://app:{secret}@10.0.0.5/main", "shop", severity="ERROR"
    )
    cause = f"the database postgres://app:{secret}@10.0.0.5/main is away"
    change = VerdictChange(at=START, before=None, after="ready", service=SERVICE, cause=cause)
    page = render(make_state(READY, line, changes=(change,)), new=1)
    assert "Unexpected error with" in page.html
    assert secret not in page.html
    assert secret not in " ".join([page.title, *page.news, *(found.html for found in page.sections)])


def test_log_text_is_escaped() -> None:
    attack = "<script>alert(1)</script><img src=x>"
    crash = [
        log_line(30, f"RuntimeError: {attack}", "shop", severity="ERROR"),
        platform(31, "Container called exit(1)."),
    ]
    name = f"netra-backend-staging-{attack}"
    page = render(make_state(READY, crash, validation(50, revision=name, down=["redis", "database"])))
    tags = _Text(page.html).tags
    assert tags.count("script") == 1
    assert "img" not in tags
    assert attack in text(page.html)


def test_page_before_the_first_analysis_names_the_services() -> None:
    page = DashboardRenderer([], {}).render_waiting("run-0", ["shop", "stall"])
    assert "The first verdict of shop, stall appears as soon as" in text(page.html)
    assert 'data-version="run-0"' in page.html


def test_incident_keeps_its_number_from_page_to_page() -> None:
    renderer = DashboardRenderer([], {})
    first = renderer.render("run-1", make_state(READY, FAILED))
    more = make_state(
        READY, [platform(n, "Container called exit(1).", instance=f"x{n}") for n in (1, 2)], FAILED
    )
    second = renderer.render("run-2", more)
    (name,) = set(re.findall(r'id="(i\d+)-e1"', first.html))
    title = re.search(r"<h4 [^>]*>([^<]+)</h4>", first.html)
    assert title is not None
    assert name in second.html.partition(title[1])[2]
