"""Configurations from files read like those from logs, and a bad file is reported in one line."""

import json
from pathlib import Path

import pytest
import yaml

from tests.changes.audit_entries import revision, service_v1
from triage.changes import read_config_file
from triage.errors import BadDataError, IOFailureError

SERVICE = service_v1(latest=revision(3), resources={"limits": {"memory": "2Gi", "cpu": "1"}})
REVISION = {
    "kind": "Revision",
    "metadata": {"name": revision(2), "labels": {"serving.knative.dev/service": "kiosk"}},
    "spec": {"containers": [{"image": "img/kiosk:1.0", "resources": {"limits": {"memory": "1Gi"}}}]},
}


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump])
def test_json_and_yaml_read_alike(tmp_path: Path, write: object) -> None:
    file = tmp_path / "service.txt"
    file.write_text(write(SERVICE) if callable(write) else "", encoding="utf-8")
    (found,) = read_config_file(file)
    assert (found.service, found.revision) == ("kiosk", revision(3))
    assert found.specification.get("memory") == "2Gi"


def test_a_file_may_hold_several(tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(yaml.safe_dump_all([SERVICE, REVISION]), encoding="utf-8")
    assert [one.revision for one in read_config_file(file)] == [revision(3), revision(2)]
    file.write_text(json.dumps([SERVICE, REVISION]), encoding="utf-8")
    assert [one.service for one in read_config_file(file)] == ["kiosk", "kiosk"]


@pytest.mark.parametrize(
    "text", ["", "a: [1", "{}", "[1, 2]", "just words", '{"kind": "Secret"}', "- !!python/name:os.system"]
)
def test_a_file_without_a_configuration_is_reported(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadDataError) as raised:
        read_config_file(file)
    assert str(raised.value).startswith(str(file))
    assert "\n" not in str(raised.value)


def test_the_line_of_a_mistake_is_named(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("kind: Service\nspec: [1\n", encoding="utf-8")
    with pytest.raises(BadDataError, match=r"bad\.yaml:\d: neither JSON nor YAML"):
        read_config_file(file)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(IOFailureError, match="No such file"):
        read_config_file(tmp_path / "none.yaml")
