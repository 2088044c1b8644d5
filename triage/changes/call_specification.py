"""The new specification that a call carries."""

from collections.abc import Mapping
from typing import Any

from triage.changes.api_v2 import mask_paths, read_v2
from triage.changes.audit_log import AuditRecord
from triage.changes.calls import Call, body_of
from triage.changes.functions import function_requested
from triage.changes.json_values import last_part, mapping, objects, text
from triage.changes.knative import read_knative
from triage.changes.redactions import redacted_areas
from triage.changes.specification import Specification


def read_specification(
    document: Mapping[str, Any], mask: list[str] | None = None, *, stored: bool = False, job: bool = False
) -> Specification:
    """Return the specification of an object of either API version, an empty one of what is neither.

    ``mask`` limits what is known of an object of v2; ``stored`` says that Cloud Run wrote an object of v1.
    """
    if "spec" in document:
        return read_knative(document, stored=stored)
    if {"template", "ingress", "traffic", "scaling"} & document.keys():
        return read_v2(document, mask or (), job=job)
    return Specification()


def requested(call: Call, before: Specification | None) -> Specification:
    """Return what is known of the configuration after a call: the request, then what the response adds.

    What an update mask leaves out is as it was ``before``.
    """
    mask = mask_paths(call.request.get("updateMask") or call.request.get("update_mask"))
    if is_of_function(call):
        return function_requested(call, mask, before)
    job = call.first.collection == "jobs"
    if job:  # the template of a job's execution holds that of its tasks
        mask = [
            path.removeprefix("template.") if path.startswith("template.template") else path for path in mask
        ]
    request = read_specification(body_of(call), mask, job=job)
    request = request.limited_to(request.known - redacted_areas(call.redactions, "request"))
    if mask and before:
        request = request.over(before)
    response = read_specification(call.response, job=job)
    response = response.limited_to(response.known - redacted_areas(call.redactions, "response"))
    return request.over(response)


def is_of_function(call: Call) -> bool:
    """Return whether a call is one on a function."""
    return call.first.method.startswith("google.cloud.functions.")


def event_specification(record: AuditRecord) -> Specification:
    """Return the specification that a system event holds."""
    found = read_specification(record.response, stored=True)
    return found.limited_to(found.known - redacted_areas(record.redactions, "response"))


def stated_revision(document: Mapping[str, Any]) -> str:
    """Return the revision that an object calls the latest created, "" where it names none.

    In the request and the response of a call of v1 it is still the previous one.
    """
    name = text(mapping(document.get("status")).get("latestCreatedRevisionName"))
    name = name or text(mapping(document.get("serviceConfig")).get("revision"))
    return name or last_part(text(document.get("latestCreatedRevision")))


def previous_since(document: Mapping[str, Any]) -> str:
    """Return when the status of an object of v1 became ready: about when that configuration was deployed."""
    conditions = objects(mapping(document.get("status")).get("conditions"))
    ready = next((item for item in conditions if item.get("type") == "Ready"), {})
    return text(ready.get("lastTransitionTime"))
