"""What a policy took from a service is linked to what it was denied since."""

from typing import Any

import pytest

from tests.changes.audit_entries import SERVICE, service_v1
from tests.changes.test_linking import FETCH, change, onset
from triage.changes import Configuration, link_change
from triage.changes.call_specification import read_specification
from triage.models.change import AppliedChange, ChangeItem

DENIED = "7 PERMISSION_DENIED: Missing or insufficient permissions."


def taken_from(account: str) -> AppliedChange:
    member = f"serviceAccount:{account}"
    item = ChangeItem("iam policy", "roles/datastore.user: 1 service account", None)
    fields: dict[str, Any] = {"kind": "iam policy", "created": False, "service": None, "location": ""}
    return change("10:00:00", item, removed_members=(member,), **fields)


@pytest.mark.parametrize(
    "account",
    [
        f"{SERVICE}-run@demo-project.iam.gserviceaccount.com",
        f"{SERVICE}@demo-project.iam.gserviceaccount.com",
        "1234-compute@developer.gserviceaccount.com",
    ],
)
def test_a_role_that_was_taken_from_what_may_be_the_account_of_a_service(account: str) -> None:
    denied = onset(DENIED, "10:03:00", "500")
    assert link_change(denied, [taken_from(account)]) is not None
    assert link_change(denied, [taken_from("ledger-run@demo-project.iam.gserviceaccount.com")]) is None
    other = service_v1(template={"serviceAccountName": "other@demo-project.iam.gserviceaccount.com"})
    known = [Configuration(service=SERVICE, specification=read_specification(other))]
    assert link_change(denied, [taken_from(account)], known) is None


def test_a_policy_of_a_secret_explains_that_it_may_not_be_read() -> None:
    item = ChangeItem("iam policy", None, "roles/secretmanager.secretAccessor: 1 service account")
    fields: dict[str, Any] = {"kind": "iam policy", "created": False, "service": None, "location": ""}
    limited = change("10:00:00", item, resource="api-token", **fields)
    refused = f"{FETCH}: Permission 'secretmanager.versions.access' denied on resource"
    assert link_change(onset(refused, "10:20:00"), [limited]) is not None
    assert link_change(onset(f"{FETCH}: not found", "10:20:00"), [limited]) is None


def test_policy_before_is_unknown_where_the_logs_do_not_hold_it() -> None:
    item = ChangeItem("iam policy", None, "roles/run.invoker: 1 group")
    fields: dict[str, Any] = {"kind": "iam policy", "created": False, "config_known": False}
    link = link_change(
        onset("The request was not authenticated", "10:00:40", "403"), [change("10:00:00", item, **fields)]
    )
    assert link is not None
    assert "which is roles/run.invoker: 1 group now; the one before is unknown" in link.says
    assert "none" not in link.says
