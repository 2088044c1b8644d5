"""A webhook on this machine."""

from collections.abc import Iterator

import pytest

from tests.fakes.webhook_server import WebhookServer


@pytest.fixture
def webhook() -> Iterator[WebhookServer]:
    with WebhookServer() as running:
        yield running
        running.answers.set()
