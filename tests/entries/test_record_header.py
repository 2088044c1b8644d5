"""A header holds the deciding fields of its record, and the resource that most records share."""

import msgspec
import pytest

from triage.entries.record_header import FOREIGN_HEADER, HeaderReader, RecordHeader

RECORD = {"timestamp": "2026-03-17T06:00:00Z", "insertId": "1", "textPayload": "hello"}


def record(service: object, **fields: object) -> bytes:
    resource = {"type": "cloud_run_revision", "labels": {"service_name": service}}
    return msgspec.json.encode(RECORD | {"resource": resource} | fields)


@pytest.mark.parametrize("name", ["shop", "s" * 2000])
def test_each_header_has_the_resource_of_its_record(name: str) -> None:
    services = [name, name, "billing", name, "billing"]
    headers = HeaderReader(RecordHeader).read_lines(b"\n".join(map(record, services)))
    assert [header.resource.service for header in headers] == services


@pytest.mark.parametrize("resource", [None, [], "cloud_run_revision", {"labels": {"service_name": 5}}])
def test_resource_of_another_form_does_not_decode(resource: object) -> None:
    reader, odd = HeaderReader(RecordHeader), record("shop", resource=resource)
    assert reader.read_record(odd) is FOREIGN_HEADER
    assert reader.read_lines(b"\n".join([record("shop"), odd])) == []


def test_resource_is_that_of_the_record_whatever_else_it_holds() -> None:
    header = HeaderReader(RecordHeader).read_record(record("shop", **{" ": {"type": "other"}}))
    assert header.resource.type == "cloud_run_revision"
