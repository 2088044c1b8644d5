"""An incident is linked to the change that explains it, and to no other."""

from typing import Any

import pytest

from tests.changes.audit_entries import LOCATION, SERVICE, at, revision, service_v1
from triage.changes import Configuration, delay_text, link_change, link_changes
from triage.changes.call_specification import read_specification
from triage.models.change import AppliedChange, Change, ChangeItem, Onset


def change(clock: str = "10:00:00", *items: ChangeItem, **fields: Any) -> AppliedChange:
    """Return a deployment of revision 2 after revision 1, unless the fields say otherwise."""
    document: dict[str, Any] = {
        "id": f"change-{clock}",
        "at": clock,
        "by": "",
        "method": "google.cloud.run.v1.Services.ReplaceService",
        "service": SERVICE,
        "revision": revision(2),
        "previous_revision": revision(1),
        "items": list(items),
    }
    document |= {name: fields.pop(name) for name in list(fields) if name in Change.__struct_fields__}
    applied: dict[str, Any] = {
        "kind": "service",
        "location": LOCATION,
        "resource": SERVICE,
        "created": True,
    } | fields
    return AppliedChange(change=Change(**document), at=at(clock), **applied)


def onset(text: str = "", clock: str = "10:00:40", *kinds: str, **fields: Any) -> Onset:
    found: dict[str, Any] = {"service": SERVICE, "first_failures": {revision(2): at(clock)}} | fields
    return Onset(incident="incident-1", text=text, kinds=frozenset(kinds), **found)


LOWERED = ChangeItem("memory", "1Gi", "512Mi")
IMAGE = ChangeItem("image", "r/kiosk:1", "r/kiosk:2")
OOM = "Memory limit of 512 MiB exceeded with 530 MiB used."
REDIS = "ECONNREFUSED 10.0.0.9:6379"


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (LOWERED, OOM),
        (ChangeItem("concurrency", "4", "60"), OOM),
        (ChangeItem("cpu", "2", "500m"), "STARTUP TCP probe failed"),
        (ChangeItem("max instances", "20", "2"), "there was no available instance"),
        (ChangeItem("min instances", "3", "0"), "there was no available instance"),
        (ChangeItem("min instances", "3 (of the service)", None), "there was no available instance"),
        (ChangeItem("request timeout", "900s", "60s"), "reached the maximum request timeout"),
        (ChangeItem("port", "8080", "9090"), "failed to start and listen on the port"),
        (ChangeItem("command", "serve", "server"), "executable file not found in $PATH"),
        (ChangeItem("args", "-a", "-b"), "error: unrecognized arguments: -b"),
        (ChangeItem("service account", "a@p", "b@p"), "403 storage.objects.get access denied"),
        (ChangeItem("vpc", "egress private-ranges-only", "egress all-traffic"), "dial tcp: i/o timeout"),
        (ChangeItem("startup probe", "TCP", "HTTP /up"), "STARTUP HTTP probe failed"),
        (ChangeItem("liveness probe", None, "HTTP /up"), "LIVENESS HTTP probe failed"),
        (ChangeItem("readiness probe", None, "HTTP /up"), "READINESS HTTP probe failed"),
        (ChangeItem("execution environment", "gen2", "gen1"), "OSError: function not implemented"),
        (ChangeItem("ingress", "all", "internal"), "404 Page not found"),
        (ChangeItem("cloud sql", None, "update of a"), "FATAL: sorry, too many clients already"),
        (ChangeItem("secret keys", "version 4", "version 5"), "x509: failed to parse private key"),
        (ChangeItem("cloud sql", "p:r:a", None), "connect ENOENT /cloudsql/p:r:a/.s.PGSQL.5432"),
        (ChangeItem("secret api-token", "version 3", "version 4"), "401 Unauthorized"),
        (ChangeItem("env DB_HOST", "set", "removed"), "DB_HOST is not set"),
        (ChangeItem("env SMTP_PASSWORD", "set", "changed"), "SMTPAuthenticationError: 535 refused"),
        (IMAGE, "Error: Cannot find module 'left'"),
        (IMAGE, 'PHP Fatal error: Uncaught Error: Class "App\\Tariff" not found'),
        (IMAGE, "Cloud Run must have permission to read the image, r/kiosk:2"),
    ],
)
def test_an_item_that_fits_the_cause_is_certain(item: ChangeItem, text: str) -> None:
    other = ChangeItem("image", "r/kiosk:1", "r/kiosk:2")
    link = link_change(onset(text), [change("10:00:00", item, *([] if item is IMAGE else [other]))])
    assert link is not None
    assert (link.confidence, link.items[0]) == ("high", item.name)
    assert link.says.startswith(f"Began 40 s after revision {revision(2)}: {item.name}")


@pytest.mark.parametrize(
    "item",
    [
        ChangeItem("memory", "512Mi", "1Gi"),
        ChangeItem("min instances", "0", "1"),
        ChangeItem("max instances", "10", "20"),
        ChangeItem("env LOG_LEVEL", "info", "debug"),
        ChangeItem("liveness probe", None, "HTTP /up"),
        ChangeItem("ingress", "internal", "all"),
        ChangeItem("traffic", f"{revision(2)} 100%", f"{revision(1)} 100%"),
    ],
)
def test_an_item_that_cannot_explain_it_is_not_linked(item: ChangeItem) -> None:
    assert link_change(onset(REDIS), [change("10:00:00", item)]) is None


def test_the_direction_of_a_change_matters() -> None:
    raised = ChangeItem("memory", "512Mi", "1Gi")
    assert link_change(onset(OOM), [change("10:00:00", raised)]) is None


def test_time_alone_is_medium_and_says_so() -> None:
    link = link_change(onset(REDIS), [change("10:00:00", IMAGE)])
    assert link is not None
    assert link.confidence == "medium"
    assert (
        link.says
        == f"Began 40 s after revision {revision(2)}: image kiosk:1 -> kiosk:2 (linked by time alone)."
    )


@pytest.mark.parametrize("verb", ["Services.CreateService", "Jobs.CreateJob"])
def test_creation_has_no_unknown_configuration_before_it(verb: str) -> None:
    created = change(method=f"google.cloud.run.v2.{verb}", previous_revision=None, config_known=False)
    link = link_change(onset(OOM), [created])
    assert link is not None
    assert link.says == f"Began 40 s after {SERVICE} was created."


def test_time_alone_links_no_late_failure() -> None:
    assert link_change(onset(REDIS, "10:40:00"), [change("10:00:00", IMAGE)]) is None


@pytest.mark.parametrize("clock", ["11:10:00", "17:00:00"])
def test_a_leak_may_begin_hours_after_the_image(clock: str) -> None:
    link = link_change(onset(OOM, clock, "memory"), [change("10:00:00", IMAGE)])
    assert link is not None
    assert (link.confidence, link.items) == ("medium", ("image",))
    earlier = onset(OOM, first_failures={revision(1): at("09:00:00"), revision(2): at(clock)})
    assert link_change(earlier, [change("10:00:00", IMAGE)]) is None


def test_unknown_items_are_linked_by_time_and_the_sentence_says_what_is_unknown() -> None:
    unknown = change(config_known=False)
    link = link_change(onset(OOM), [unknown])
    assert link is not None
    assert (link.confidence, link.items) == ("medium", ())
    assert "previous configuration is unknown" in link.says
    assert link_change(onset(OOM, "11:00:00"), [unknown]) is None
    assert link_change(onset("GET /.env 404", "10:00:40", "404"), [unknown]) is None


@pytest.mark.parametrize(
    "incident",
    [
        onset(OOM, "09:59:00"),
        onset(OOM, service="other"),
        onset(OOM, location="us-east1"),
        onset(OOM, first_failures={revision(1): at("10:00:40")}),
        onset(OOM, first_failures={revision(1): at("09:00:00"), revision(2): at("10:00:40")}),
        onset(OOM, first_failures={}),
    ],
)
def test_a_change_that_came_too_late_or_elsewhere_is_not_linked(incident: Onset) -> None:
    assert link_change(incident, [change("10:00:00", LOWERED)]) is None


def test_a_failure_of_both_revisions_is_not_the_new_ones() -> None:
    both = {revision(2): at("10:00:40"), revision(1): at("10:01:00")}
    assert link_change(onset(REDIS, first_failures=both), [change("10:00:00", IMAGE)]) is None


def test_revisions_that_follow_fail_as_the_first_unless_they_set_it_back() -> None:
    first = {revision(2): at("10:00:40"), revision(3): at("10:10:40")}
    incident = onset("ENOENT: no such file, open 'a.html'", first_failures=first)
    names = {"revision": revision(3), "previous_revision": revision(2)}
    newer, former = (ChangeItem("image", "r/kiosk:2", name) for name in ("r/kiosk:3", "r/kiosk:1"))
    link = link_change(incident, [change("10:00:00", IMAGE), change("10:10:00", newer, **names)])
    assert link is not None
    assert (link.change, link.confidence) == ("change-10:00:00", "medium")
    assert link_change(incident, [change("10:00:00", IMAGE), change("10:10:00", former, **names)]) is None


def test_the_certain_change_wins_over_the_nearer_one() -> None:
    near = change("10:00:30", IMAGE, created=False)
    link = link_change(onset(OOM), [change("10:00:00", LOWERED), near])
    assert link is not None
    assert link.change == "change-10:00:00"


def test_of_two_certain_changes_the_nearest_wins() -> None:
    moved = change(
        "12:00:00",
        ChangeItem("traffic", f"{revision(1)} 100%", f"{revision(2)} 100%"),
        created=False,
        serving=(revision(2),),
    )
    crash = onset("TypeError: x is not a function", "12:01:00")
    link = link_change(crash, [change("10:00:00", IMAGE), moved])
    assert link is not None
    assert (link.change, link.confidence) == ("change-12:00:00", "high")


def test_a_name_in_the_new_value_that_the_failure_quotes_is_certain() -> None:
    item = ChangeItem("env UPSTREAM", "set", "changed")
    pointed = change("10:00:00", item, clues={"env UPSTREAM": ("rates.internal.example",)})
    link = link_change(onset("lookup rates.internal.example: no such host"), [pointed])
    assert link is not None
    assert link.confidence == "high"


def test_a_policy_that_lost_its_callers_explains_refused_requests() -> None:
    item = ChangeItem("iam policy", "roles/run.invoker: allUsers", "no members")
    closed = change("10:00:00", item, kind="iam policy", created=False, removed_members=("allUsers",))
    link = link_change(onset("The request was not authenticated", "10:05:00", "403"), [closed])
    assert link is not None
    assert link.says == (
        "Began 5 min after a change of the IAM policy of kiosk: roles/run.invoker: allUsers -> no members."
    )
    assert link_change(onset(REDIS), [closed]) is None


def secret(verb: str, version: str) -> AppliedChange:
    method = f"google.cloud.secretmanager.v1.SecretManagerService.{verb}"
    state = {"AddSecretVersion": "added", "EnableSecretVersion": "enabled"}.get(verb, "destroyed")
    item = ChangeItem("secret version", None, f"api-token version {version} {state}")
    return change(
        "10:00:00",
        item,
        kind="secret",
        service=None,
        method=method,
        resource="api-token",
        version=version,
        created=False,
        location="",
    )


FETCH = 'Could not fetch secret "projects/1/secrets/api-token/versions/3"'


def mounting(version: str) -> Configuration:
    reference = {"secretKeyRef": {"name": "api-token", "key": version}}
    service = service_v1(env=[{"name": "API_TOKEN", "valueFrom": reference}])
    return Configuration(service=SERVICE, specification=read_specification(service))


def test_a_secret_is_joined_by_name_and_version_whatever_the_time() -> None:
    link = link_change(onset(FETCH, "23:00:00"), [secret("DestroySecretVersion", "3")])
    assert link is not None
    assert link.says == "Began 13 h after version 3 of the secret api-token was destroyed."
    assert link_change(onset(FETCH), [secret("DestroySecretVersion", "2")]) is None
    assert link_change(onset(FETCH), [secret("EnableSecretVersion", "3")]) is None


def test_a_new_version_reaches_only_a_service_that_takes_the_latest() -> None:
    refused = onset("401 Unauthorized: invalid token", "10:20:00")
    added = [secret("AddSecretVersion", "4")]
    assert link_change(refused, added, [mounting("latest")]) is not None
    assert link_change(refused, added, [mounting("3")]) is None
    assert link_change(refused, added) is None


def operation(verb: str = "restart") -> AppliedChange:
    return change(
        "10:00:00",
        ChangeItem("cloud sql", None, f"{verb} of ledger-db"),
        kind="cloud sql",
        service=None,
        method=f"cloudsql.instances.{verb}",
        resource="ledger-db",
        ended=at("10:01:30"),
        created=False,
        location="",
    )


def test_a_database_is_joined_by_its_instance() -> None:
    service = service_v1(annotations={"run.googleapis.com/cloudsql-instances": "p:r:ledger-db"})
    uses = [Configuration(service=SERVICE, specification=read_specification(service))]
    down = "connect ECONNREFUSED"
    link = link_change(onset(down), [operation()], uses)
    assert link is not None
    assert link.says == "Began 40 s after the restart of the Cloud SQL instance ledger-db."
    assert link_change(onset(down), [operation()]) is None
    assert link_change(onset(down, "15:00:00"), [operation()], uses) is None
    assert link_change(onset(OOM), [operation()], uses) is None


def test_every_incident_gets_an_answer() -> None:
    assert link_changes([onset(OOM)], []) == {"incident-1": None}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "less than 1 s"),
        (0.4, "less than 1 s"),
        (1.9, "1 s"),
        (119, "119 s"),
        (600, "10 min"),
        (7200, "2 h"),
        (200_000, "2 days"),
    ],
)
def test_a_delay_has_one_unit(seconds: float, text: str) -> None:
    assert delay_text(seconds) == text


def test_a_variable_that_holds_another_version_of_a_secret_is_certain() -> None:
    item = ChangeItem("env PAY_TOKEN", "secret pay version 3", "secret pay version 4")
    link = link_change(onset("The payment API refused its key: 401 Unauthorized"), [change("10:00:00", item)])
    assert link is not None
    assert (link.confidence, link.items) == ("high", ("env PAY_TOKEN",))


def test_a_policy_that_only_gained_members_explains_no_refusal() -> None:
    item = ChangeItem("iam policy", "roles/run.invoker: 1 user", "roles/run.invoker: 2 users")
    gained = change("10:00:00", item, kind="iam policy", created=False, revision=None)
    refused = onset("The request was not authenticated", "10:00:40", "403")
    unknown = change(
        "10:00:00", ChangeItem("iam policy", None, "roles/run.invoker: 2 users"), kind="iam policy", created=False,
        revision=None, config_known=False,
    )  # fmt: skip
    assert link_change(refused, [gained]) is None
    assert link_change(refused, [unknown]) is not None


def later(clock: str, number: int, *items: ChangeItem, **fields: Any) -> AppliedChange:
    return change(clock, *items, revision=revision(number), previous_revision=revision(number - 1), **fields)


FAILS_LATER = {"first_failures": {revision(3): at("11:05:00")}}
LOG_LEVEL = ChangeItem("env LOG_LEVEL", None, "debug")


def test_a_limit_that_a_later_revision_still_has_explains_its_failure() -> None:
    found = [later("10:00:00", 2, LOWERED), later("11:00:00", 3, LOG_LEVEL)]
    link = link_change(onset(OOM, "11:05:00", **FAILS_LATER), found)
    assert link is not None
    assert (link.change, link.confidence, link.items) == (found[0].change.id, "high", ("memory",))


@pytest.mark.parametrize(
    "following",
    [
        later("11:00:00", 3, ChangeItem("memory", "512Mi", "256Mi"), LOG_LEVEL),
        later("11:00:00", 3, config_known=False),
        later("11:00:00", 3, LOG_LEVEL, service="another"),
        later("11:06:00", 3, LOG_LEVEL),
    ],
)
def test_a_limit_that_was_set_again_or_may_have_been_is_not_inherited(following: AppliedChange) -> None:
    first = later("10:00:00", 2, LOWERED)
    link = link_change(onset(OOM, "11:05:00", **FAILS_LATER), [first, following])
    assert link is None or link.change != first.change.id


def test_code_of_an_earlier_revision_is_not_inherited() -> None:
    found = [later("10:00:00", 2, IMAGE), later("11:00:00", 3, LOG_LEVEL)]
    assert link_change(onset("TypeError: total is undefined", "11:05:00", **FAILS_LATER), found) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SMTP_HOST", "password authentication failed for user shop of PostgreSQL"),
        ("REDIS_URL", "could not connect to PostgreSQL: connection refused"),
        ("DATABASE_URL", "Redis: connection refused"),
    ],
)
def test_a_variable_of_another_family_than_the_failure_explains_nothing(name: str, text: str) -> None:
    assert link_change(onset(text), [change("10:00:00", ChangeItem(f"env {name}", "set", "changed"))]) is None


def test_another_execution_environment_does_not_explain_a_refused_password() -> None:
    item = ChangeItem("execution environment", "gen1", "gen2")
    assert link_change(onset("password authentication failed"), [change("10:00:00", item)]) is None


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (ChangeItem("max instances", "5", "100"), "error: sorry, too many clients already"),
        (ChangeItem("vpc", "egress all-traffic", "egress private-ranges-only"), "403: IP 192.0.2.1 is not allowed"),
        (ChangeItem("env GUNICORN_CMD_ARGS", "set", "changed"), "[CRITICAL] WORKER TIMEOUT (pid:9)"),
    ],
)  # fmt: skip
def test_more_connections_and_another_address_are_refused(item: ChangeItem, text: str) -> None:
    link = link_change(onset(text), [change("10:00:00", item)])
    assert link is not None
    assert (link.confidence, link.items) == ("high", (item.name,))
