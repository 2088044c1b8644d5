"""Parsing addresses; one that holds a secret is rejected."""

import pytest

from triage.errors import UsageError
from triage.probe.address import parse_address, validate_path


@pytest.mark.parametrize(
    ("url", "service", "region"),
    [
        (
            "https://netra-backend-staging-701234567890.us-central1.run.app",
            "netra-backend-staging",
            "us-central1",
        ),
        ("https://shop-a1b2c3d4e5-uc.a.run.app/", "shop", ""),
        ("https://candidate---shop-a1b2c3d4e5-ew.a.run.app", "shop", ""),
        ("wss://blue---shop-api-701234567890.europe-west12.run.app", "shop-api", "europe-west12"),
        ("https://chat.example.com", "chat.example.com", ""),
        ("http://127.0.0.1:8080", "127.0.0.1", ""),
    ],
)
def test_a_run_app_host_names_the_service_and_other_hosts_are_the_name(
    url: str, service: str, region: str
) -> None:
    where = parse_address(url)
    assert (where.service, where.region) == (service, region)


@pytest.mark.parametrize("scheme", ["https", "wss", "HTTPS"])
def test_a_secure_address_uses_https_and_wss(scheme: str) -> None:
    where = parse_address(f"{scheme}://shop.example.com:8443/api/")
    assert where.http("/health") == "https://shop.example.com:8443/api/health"
    assert where.socket("/ws") == "wss://shop.example.com:8443/api/ws"


@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_a_plain_address_uses_http_and_ws(scheme: str) -> None:
    where = parse_address(f"{scheme}://[::1]:8080")
    assert where.http("/health") == "http://[::1]:8080/health"
    assert where.socket("/ws") == "ws://[::1]:8080/ws"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://user:hunter2@shop.example.com", "holds credentials"),
        ("https://hunter2@shop.example.com", "holds credentials"),
        ("https://shop.example.com/?key=hunter2", "query or a fragment"),
        ("https://shop.example.com/#hunter2", "query or a fragment"),
        ("ftp://shop.example.com", "is not a service address"),
        ("shop.example.com", "is not a service address"),
        ("https://", "is not a service address"),
        ("https://shop example.com", "is not a service address"),
        ("https://shop.example.com:port", "is not a valid address"),
        ("https://shop\x1b[31m.example.com", "is not a service address"),
        ("https://shop.example.com/a/../b\r\nX-Evil: 1", "is not a service address"),
        ("https://[::1", "is not a valid address"),
        ("file:///etc/passwd", "is not a service address"),
    ],
)
def test_an_invalid_address_is_rejected_without_repeating_secrets(url: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_address(url)
    assert said in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "path", ["ws", "/ws?token=1", "/w s", "/ws\r\n", "//evil.example.com/ws#", "", "/wß"]
)
def test_a_path_with_a_query_or_encoding_is_rejected(path: str) -> None:
    with pytest.raises(UsageError, match="no plain path"):
        validate_path(path)


@pytest.mark.parametrize(
    ("url", "stays"),
    [
        ("http://127.0.0.1", True),
        ("http://[::1]:1", True),
        ("http://localhost", True),
        ("http://10.0.0.1", False),
    ],
)
def test_only_loopback_addresses_are_local(url: str, stays: bool) -> None:  # noqa: FBT001 (a parameter)
    assert parse_address(url).loopback == stays
