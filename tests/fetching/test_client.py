"""Address, credentials and project of a connection."""

import json
from pathlib import Path
from typing import Any

import pytest

from triage.errors import NoPermissionError, UsageError
from triage.fetching.client import Connection, connect, is_loopback, parse_endpoint
from triage.fetching.project import find_project
from triage.models import FetchPlan
from triage.window import Window


def plan(**named: Any) -> FetchPlan:
    return FetchPlan(services=["shop"], window=Window(0, 1), **named)


@pytest.fixture
def gcloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a gcloud folder with two configurations."""
    for variable in ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    (tmp_path / "configurations").mkdir()
    (tmp_path / "configurations/config_default").write_text("[core]\nproject = plain\n", encoding="utf-8")
    (tmp_path / "configurations/config_work").write_text("[core]\nproject = at-work\n", encoding="utf-8")
    return tmp_path


def test_the_option_names_the_project(gcloud: Path) -> None:
    environ = {"CLOUDSDK_CONFIG": str(gcloud), "GOOGLE_CLOUD_PROJECT": "other"}
    assert find_project("mine", environ) == ("mine", "--project")


def test_the_environment_names_the_project_and_its_variable_is_reported(gcloud: Path) -> None:
    environ = {"CLOUDSDK_CONFIG": str(gcloud), "CLOUDSDK_CORE_PROJECT": "other"}
    assert find_project("", environ) == ("other", "the environment variable CLOUDSDK_CORE_PROJECT")


def test_gclouds_active_configuration_names_the_project(gcloud: Path) -> None:
    environ = {"CLOUDSDK_CONFIG": str(gcloud)}
    assert find_project("", environ) == ("plain", "gcloud's configuration 'default'")
    (gcloud / "active_config").write_text("work\n", encoding="utf-8")
    assert find_project("", environ) == ("at-work", "gcloud's configuration 'work'")
    assert find_project("", environ | {"CLOUDSDK_ACTIVE_CONFIG_NAME": "default"})[0] == "plain"


def test_a_broken_configuration_names_nothing(gcloud: Path) -> None:
    (gcloud / "configurations/config_default").write_bytes(b"project = \xff no section")
    assert find_project("", {"CLOUDSDK_CONFIG": str(gcloud)}) == ("", "")
    assert find_project("", {"CLOUDSDK_CONFIG": str(gcloud / "nowhere")}) == ("", "")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", "logging.googleapis.com:443"),
        ("logging-shop.p.googleapis.com", "logging-shop.p.googleapis.com:443"),
        ("https://logging.example:8443/", "logging.example:8443"),
        ("[::1]:8085", "[::1]:8085"),
    ],
)
def test_an_endpoint_is_host_and_port(text: str, address: str) -> None:
    assert parse_endpoint(text) == address


@pytest.mark.parametrize("text", ["http://logging.example", "a b", "host:port", "user@host:1", ":80"])
def test_an_invalid_endpoint_is_rejected(text: str) -> None:
    with pytest.raises(UsageError, match="--endpoint"):
        parse_endpoint(text)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "[::1]", "localhost"])
def test_loopback_uses_neither_tls_nor_credentials(host: str, gcloud: Path) -> None:
    assert is_loopback(f"{host}:1")
    connection = connect(plan(project="demo", endpoint=f"{host}:1"), {})
    assert connection.credentials is None
    connection.close()


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "logging.googleapis.com", "localhost.example", "127.0.0.1.example"]
)
def test_other_hosts_are_not_loopback(host: str) -> None:
    assert not is_loopback(f"{host}:1")


def closed(connection: Connection) -> Connection:
    connection.close()
    return connection


def test_the_access_token_of_gcloud_is_used(gcloud: Path) -> None:
    environ = {"CLOUDSDK_CONFIG": str(gcloud), "CLOUDSDK_AUTH_ACCESS_TOKEN": "invented"}
    connection = closed(connect(plan(), environ))
    assert connection.credentials.token == "invented"
    assert (connection.project, connection.source) == ("plain", "gcloud's configuration 'default'")


def test_a_service_account_is_impersonated_with_the_right_to_read_logs_only(gcloud: Path) -> None:
    account = "reader@demo.iam.gserviceaccount.com"
    environ = {"CLOUDSDK_AUTH_ACCESS_TOKEN": "invented"}
    connection = closed(connect(plan(project="demo", impersonate=account), environ))
    assert connection.credentials.service_account_email == account
    assert connection.credentials._target_scopes == ["https://www.googleapis.com/auth/logging.read"]


def test_application_default_credentials_name_the_project_last(
    gcloud: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "from-credentials")
    login = {"type": "authorized_user", "client_id": "i", "client_secret": "s", "refresh_token": "r"}
    (gcloud / "application_default_credentials.json").write_text(json.dumps(login), encoding="utf-8")
    connection = closed(connect(plan(), {"CLOUDSDK_CONFIG": str(gcloud / "nowhere")}))
    assert connection.credentials.refresh_token == "r"
    assert (connection.project, connection.source) == ("from-credentials", "the credentials")


def test_missing_credentials_are_reported_with_the_login_command(gcloud: Path) -> None:
    with pytest.raises(NoPermissionError) as failed:
        connect(plan(project="demo"), {})
    assert failed.value.hint == "run `gcloud auth application-default login`"


def test_a_missing_project_is_reported_with_the_option(gcloud: Path) -> None:
    with pytest.raises(NoPermissionError) as failed:
        connect(
            plan(),
            {"CLOUDSDK_CONFIG": str(gcloud / "nowhere"), "CLOUDSDK_AUTH_ACCESS_TOKEN": "invented"},
        )
    assert "--project" in failed.value.hint


def test_loopback_needs_no_project(gcloud: Path) -> None:
    connection = closed(connect(plan(endpoint="127.0.0.1:1"), {"CLOUDSDK_CONFIG": str(gcloud / "nowhere")}))
    assert (connection.project, connection.credentials) == ("local", None)


def test_an_invalid_project_id_is_rejected() -> None:
    with pytest.raises(UsageError, match="no project id"):
        connect(plan(project="../other", endpoint="127.0.0.1:1"), {})
