"""The address of a dashboard, and the names by which it may be asked for."""

import socket

import pytest

from triage.dashboard.address import Address, bind, parse_address
from triage.errors import IOFailureError, UsageError


@pytest.mark.parametrize(
    ("text", "address", "url"),
    [
        ("8080", Address("127.0.0.1", 8080), "http://127.0.0.1:8080/"),
        ("0.0.0.0:80", Address("0.0.0.0", 80), "http://0.0.0.0:80/"),
        ("[::1]:9000", Address("::1", 9000), "http://[::1]:9000/"),
        ("dash.example.com:9000", Address("dash.example.com", 9000), "http://dash.example.com:9000/"),
    ],
)
def test_address_is_loopback_unless_a_host_is_given(text: str, address: Address, url: str) -> None:
    assert parse_address(text) == address
    assert address.url == url


@pytest.mark.parametrize(
    "text", ["", "http", "127.0.0.1", "127.0.0.1:", ":80", "65536", "a b:80", "x:80/path", "80\n"]
)
def test_invalid_address_is_reported(text: str) -> None:
    with pytest.raises(UsageError, match="is not a valid address"):
        parse_address(text)


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("dash", False),
    ],
)
def test_loopback_is_only_this_machine(host: str, is_loopback: bool) -> None:  # noqa: FBT001
    assert Address(host, 80).is_loopback == is_loopback


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8080", "127.0.0.1", "localhost:8080", "LOCALHOST", "[::1]:8080", "10.1.2.3:8080"]
)
def test_addresses_and_localhost_are_names_of_the_dashboard(host: str) -> None:
    assert Address("127.0.0.1", 8080).allows(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "attacker.example:8080",
        "localhost.attacker.example",
        "127.0.0.1.attacker.example",
        "127.0.0.1:8080@x",
        "[::1",
        "localhost.",
    ],
)
def test_name_of_another_site_is_none_of_the_dashboard(host: str) -> None:
    assert not Address("127.0.0.1", 8080).allows(host)


def test_given_name_is_one_of_the_dashboard() -> None:
    assert Address("Dash.example.com", 80).allows("dash.example.com:80")


def test_free_port_is_chosen_for_port_0() -> None:
    address, listening = bind(Address("127.0.0.1", 0))
    with listening:
        assert address.port == listening.getsockname()[1] > 0


def test_taken_port_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = Address("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(IOFailureError, match="Address already in use") as failed:
            bind(address)
    assert failed.value.message == f"--serve 127.0.0.1:{address.port}: Address already in use"


@pytest.mark.parametrize("host", ["a..b", "a" * 64])
def test_host_that_is_no_name_is_reported(host: str) -> None:
    with pytest.raises(UsageError, match=rf"^--serve: '{host}' is not a valid host name"):
        bind(Address(host, 0))


def test_unknown_host_is_reported() -> None:
    with pytest.raises(IOFailureError, match=r"^--serve no-such-host\.invalid: "):
        bind(Address("no-such-host.invalid", 0))
