"""Long names and sentences in little space."""

import pytest

from triage.text import shorten_names

MODULE = "orders_backend.app.services.monitoring.metering_of_requests"


def test_short_text_is_unchanged() -> None:
    assert shorten_names("The database did not answer in time", 80) == "The database did not answer in time"


def test_long_name_loses_its_middle() -> None:
    shown = shorten_names(f"No worker can boot: the module {MODULE} is not in the image", 80)

    assert len(shown) == 80
    assert shown.startswith("No worker can boot: the module orders_backend")
    assert shown.endswith("requests is not in the image")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "The startup probe of container worker ran out of time: nothing accepted it on port 8080",
            "The startup probe of container worker ran out of time",
        ),
        (
            "Requests were refused (403): the caller is not authenticated, and the service is not public",
            "Requests were refused (403): the caller is not authenticated",
        ),
        (
            "An error in the code at services/page.js:104: TypeError: Cannot destructure property 'fields' of it",
            "An error in the code at services/page.js:104: TypeError: Cannot destructure…",
        ),
        (
            "34 requests returned 403 (12 on /cart, 9 on /products, 7 on /checkout, 4 on /account and on /help)",
            "34 requests returned 403 (12 on /cart, 9 on /products, 7 on /checkout, 4 on…",
        ),
        (
            "The mail server refused the login of the service: `smtplib.Error: (535, b'5.7.8 invalid credentials')`",
            "The mail server refused the login of the service: `smtplib.Error: (535…`",
        ),
    ],
)
def test_long_sentence_ends_at_a_clause_or_a_word(text: str, shown: str) -> None:
    assert shorten_names(text, 80) == shown


@pytest.mark.parametrize("text", ["a" * 300, " ".join(["word"] * 90), "`" + "x" * 200, "(" * 120 + ", "])
def test_result_is_never_longer(text: str) -> None:
    assert len(shorten_names(text, 80)) <= 80
