"""Services of Cloud Run are found by the addresses that a text names."""

import pytest

from triage.text import named_services


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("GET https://shop-4kz9q2m7xa-ew.a.run.app/v2/prices: Read timed out", {"shop"}),
        ("Host shop-front-123456789012.europe-west1.run.app refused", {"shop-front"}),
        ("dial canary---shop-4kz9q2m7xa-uc.a.run.app:443", {"shop"}),
        (
            "shop-4kz9q2m7xa-ew.a.run.app and stock-4kz9q2m7xa-ew.a.run.app",
            {"shop", "stock"},
        ),
        ("https://shop-4kz9q2m7xa-ew.a.run.application/", set()),
        ("https://run.app/ and https://shop.example/", set()),
        ("", set()),
    ],
)
def test_addresses_name_services(text: str, services: set[str]) -> None:
    assert named_services(text) == services
