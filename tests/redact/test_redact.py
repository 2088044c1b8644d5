"""Secrets are masked and other text stays. All secrets here are invented."""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.redact.canaries import CANARIES, leaks
from tests.redact.forms import make_identifiers
from triage.redact import Redactor, redact_document, redact_text

READABLE = [
    "Failed services: [redis], State: unknown, Error: service_not_ready, Path: /ws/health",
    "CRITICAL_AUTH_FAILURE: 403 'Not authenticated' error detected! | User: 'service:shop-backend'",
    "connect to socket /cloudsql/shop-project:us-central1:shop-db failed",
    "Error -3 connecting to 10.166.204.83:6379. Try again.",
    "192.168.1.4, 172.16.9.1, 127.0.0.1, 169.254.169.126 and 0.0.0.0:8000",
    "the server answered 401 (Unauthorized)",
    "commit 0123456789abcdef0123456789abcdef01234567 and abc1234",
    "instance 0069c7a988c1ee3a5b9dbe8bbd6d0cb66b7cb1c8cbb15b77e4f13a4ba8e2be1c0c5fd9e4f8a1b2c3",
    "insertId 68c8a1b2000a1b2c3d4e5f60 and 1iy9gtkdbm5f",
    "revision shop-backend-00704-ds8 at 2025-09-15T20:03:08.556969Z",
    "gunicorn 23.0.0, Chrome/120.0.0.0 Safari/537.36, pkg==1.2.3.4, version 5.6.7.8",
    "JWT secret not configured for staging environment. Please set JWT_SECRET_STAGING or JWT_SECRET_KEY",
    "PASS: database: Ready in 0.00s (Database session factory and connectivity)",
    "PASS=REDACTED Ready in 0.00s (Auth=REDACTED and JWT=REDACTED",
    "SERVICE_SECRET=REDACTED found in config or environment - auth=REDACTED fail",
    "SERVICE_SECRET configured: True, Secret: missing, token: expired, password=None",
    "redis://:***@10.0.0.1:6379/0 and postgresql+asyncpg://***@/shop?host=/cloudsql/p:r:i",
    "Bearer token validation failed; Basic authentication required",
    "max_tokens=4096 prompt_tokens: 15 token_type=bearer exit code=3 status code: 503",
    "user experience degraded for user chat value, table user_id pending, user_id: pending",
    "PHASE FAILED: DATABASE - Database initialization timeout after 25.0s in staging environment",
    "secret projects/shop/secrets/jwt-secret/versions/latest",
    "listening on http://0.0.0.0:8080/health and https://shop-701982941522.us-central1.run.app/ws?x=1",
    "No module named 'shop.app.services.monitoring'",
    "cookie consent shown; the session expired; signature verified",
    "git@github.com:shop/backend.git, @app.get('/x'), std::vector<int>, a::b",
    "/usr/local/lib/python3.11/site-packages/sqlalchemy/engine/base.py:145",
    "KeyError: '\"timestamp\"'",
    "[2031-03-17 14:00:00 +0000] [1] [CRITICAL] WORKER TIMEOUT (pid:7)",
    "fe80::1%eth0, ::1, fd00:1234::1, 2031:03:17 14:00:00 and std::vector<int>",
    "1 validation error [type=missing, input_value={}, input_type=dict]",
    "type mismatch: got 'str', schema version mismatch: expected '1.2.0', got '1.3.0'",
    "PARTITION_KEY=customer-2031-03, PRIMARY_KEY=id9, SSL_KEY=/etc/ssl/key1.pem",
    "Bearer authentication failed; the bearer token is missing; Authorization: Bearer token missing",
    '{"pass": 12, "fail": 0}, pass: 1234 of 1300 tests',
    "Traceback in /home/app/shop/main.py and /home/node/server.js; GET /home/products/1",
    "connect(username='postgres') at port 5432; the password authentication failed",
    "order 4242424242424243 took +1700000000 ns; phone: 2031-03-17; build 3782822463100054",
    "token bucket-1 is empty; secret shop-db-password-2 not found; the access code: 403",
    "integrity sha512-" + "A9b" * 28 + "Cd==",
    "",
]


def test_canaries_are_many_and_distinct() -> None:
    assert len(CANARIES) >= 160
    assert len({secret for _, _, secret in CANARIES}) == len(CANARIES)


@pytest.mark.parametrize(
    ("text", "secret"), [(text, secret) for _, text, secret in CANARIES], ids=[c[0] for c in CANARIES]
)
def test_no_secret_is_left_in_a_message(text: str, secret: str) -> None:
    assert not leaks(redact_text(text), secret)


@pytest.mark.parametrize(
    ("text", "secret"), [(text, secret) for _, text, secret in CANARIES], ids=[c[0] for c in CANARIES]
)
@pytest.mark.parametrize(
    "encode", [lambda text: quote(text, safe=""), json.dumps, lambda text: json.dumps(json.dumps(text))]
)
def test_no_secret_is_left_in_an_encoded_message(text: str, secret: str, encode: Any) -> None:
    output = redact_text(encode(text))
    assert not leaks(output, secret)
    assert encode(secret).strip('"') not in output


def test_no_secret_is_left_in_any_field() -> None:
    texts = [text for _, text, _ in CANARIES]
    document = {
        "textPayload": "\n".join(texts),
        "jsonPayload": {"message": texts, "context": {"deep": [{"deeper": text} for text in texts]}},
        "labels": dict(zip("abcdefghijklmnopqrstuvwxyz" * 4, texts, strict=False)),
        "httpRequest": {
            "requestUrl": "https://shop.example/x?" + "&".join(f"p={quote(text)}" for text in texts),
            "userAgent": " ".join(texts).replace("\n", "\\n"),
        },
        "insertId": texts,
        "trace": " | ".join(texts),
    }
    output = json.dumps(redact_document(document), ensure_ascii=False)
    assert [name for name, _, secret in CANARIES if leaks(output, secret)] == []


def test_identifiers_stay_readable() -> None:
    identifiers = make_identifiers()
    assert len(set(identifiers)) >= 500
    assert [text for text in identifiers if redact_text(text) != text] == []
    assert redact_document({"message": identifiers}) == {"message": identifiers}


@pytest.mark.parametrize("text", READABLE)
def test_text_without_secrets_is_unchanged(text: str) -> None:
    assert redact_text(text) == text
    assert redact_document({"message": [text]}) == {"message": [text]}


@pytest.mark.parametrize(("text", "masked"), [
    ("redis://:hunter2@10.0.0.6:6379/0", "redis://:<password-1>@10.0.0.6:6379/0"),
    ("password=a1b2, host=db", "password=<password-1>, host=db"),
    ('{"token": "abc", "n": 1}', '{"token": "<token-1>", "n": 1}'),
    ("Authorization: Bearer abc123xyz, Host: x", "Authorization: Bearer <token-1>, Host: x"),
    ("Cookie: sid=abc; theme=dark", "Cookie: sid=<cookie-1>; theme=<cookie-2>"),
    ("mail ada@example.org.", "mail <email-1>."),
    ("203.0.113.9:443", "<address-1>:443"),
    ("x?next=%2Fa%3Ftoken%3Dabc123%26b%3D1", "x?next=%2Fa%3Ftoken%3D<token-1>%26b%3D1"),
    ("ada@example.org and ada%40example.org", "<email-1> and <email-1>"),
    ("for user demo-user-001 - potential duplication", "for user <user-1> - potential duplication"),
    ("first line\\nada@example.org", "first line\\n<email-1>"),
    ("GET +49 30 9018 20771 503", "GET <phone-1> 503"),
    ("sms +1 (415) 555-2671 503", "sms <phone-1> 503"),
    ("2001:db8::1: refused", "<address-1>: refused"),
    ("from 2001:db8:85a3:0:0:8a2e:370:7336:51234", "from <address-1>:51234"),
])  # fmt: skip
def test_only_the_secret_is_masked(text: str, masked: str) -> None:
    assert redact_text(text) == masked


ACCOUNT = "orders-run@shop-prod.iam.gserviceaccount.com"


@pytest.mark.parametrize("name", ["pass", "pw", "otp", "pin", "PIN"])
@pytest.mark.parametrize(
    "form", ["{}={}", '"{}": "{}"', "'{}' : '{}'", '\\"{}\\":\\"{}\\"', '\\\\"{}\\\\": "{}"']
)
def test_short_name_of_a_secret_masks_it_where_a_sign_follows(name: str, form: str) -> None:
    secret = "7k3v" + "9x2q"
    assert secret not in redact_text(form.format(name, secret))
    assert redact_text(f"typing {secret}, shipping {secret}") == f"typing {secret}, shipping {secret}"


@pytest.mark.parametrize(
    "account", [ACCOUNT, "4711-compute@developer.gserviceaccount.com", "shop@appspot.gserviceaccount.com"]
)
def test_service_account_stays_readable(account: str) -> None:
    text = f"Permission denied on secret for Revision service account {account}."
    assert redact_text(text) == text
    assert redact_document({"captures": {"account": account, "secret": "orders-db-url"}}) == {
        "captures": {"account": account, "secret": "orders-db-url"}
    }


@pytest.mark.parametrize(
    "text", ["x@shop.iam.gserviceaccount.com.evil.example", "ada@gserviceaccount.example"]
)
def test_address_that_only_looks_like_a_service_account_is_masked(text: str) -> None:
    assert redact_text(text) == "<email-1>"


def test_author_of_a_change_is_masked_even_if_it_is_a_service_account() -> None:
    assert redact_document({"by": ACCOUNT, "authenticationInfo": {"principalEmail": ACCOUNT}}) == {
        "by": "<email-1>",
        "authenticationInfo": {"principalEmail": "<email-1>"},
    }
    assert redact_text(f'{{"principalEmail": "{ACCOUNT}"}}') == '{"principalEmail": "<email-1>"}'
    assert redact_document({"by": "the deployment pipeline"}) == {"by": "the deployment pipeline"}


def test_secret_in_a_captured_value_is_masked() -> None:
    assert redact_document({"captures": {"account": "ada@example.org"}}) == {
        "captures": {"account": "<email-1>"}
    }


def test_the_same_secret_has_one_placeholder_per_document() -> None:
    redactor = Redactor()
    first = redactor.redact_document(
        {"a": "token=abc123", "b": ["Bearer abc123", "token=other9"], "c": {"password": "abc123"}}
    )
    assert first == {
        "a": "token=<token-1>",
        "b": ["Bearer <token-1>", "token=<token-2>"],
        "c": {"password": "<token-1>"},
    }
    assert redactor.redact_text("token=other9") == "token=<token-2>"
    assert redactor.counts == {"token": 4, "password": 1}


def test_the_key_decides_the_kind_of_secret() -> None:
    document = {
        "password": "correct horse", "apiKey": "plain", "user_id": 4711, "sub": "ada", "ok": 5, "none": None, "yes": True,
        "credentials": {"login": "bob", "parts": ["one", "two"]}, "cookie": "a=1; b=2", "Authorization": "Custom thing",
        "token": "<token-9>", "secret": "missing", "jwt_secret": "***", "pin": 12, "user": "service:shop",
    }  # fmt: skip
    assert redact_document(document) == {
        "password": "<password-1>", "apiKey": "<key-1>", "user_id": "<user-1>", "sub": "<user-2>", "ok": 5, "none": None,
        "yes": True, "credentials": {"login": "<key-2>", "parts": ["<key-3>", "<key-4>"]},
        "cookie": "a=<cookie-1>; b=<cookie-2>", "Authorization": "Custom <token-1>", "token": "<token-9>", "secret": "missing",
        "jwt_secret": "***", "pin": 12, "user": "service:shop",
    }  # fmt: skip


def test_basic_credentials_are_recognized_by_their_decoded_form() -> None:
    credential = base64.b64encode(b"ada:pass").decode()
    assert redact_text(f"Basic {credential}") == "Basic <password-1>"
    assert redact_text("Basic functionality") == "Basic functionality"


pieces = st.sampled_from(
    [part for _, text, secret in CANARIES for part in (text, secret)]
    + [
        "<token-1>",
        "<",
        ">",
        "=",
        ":",
        "&",
        "%3D",
        "%",
        "\\",
        '"',
        "'",
        "password=",
        "token: ",
        "@",
        "\n",
        " ",
        "\x00",
        "user ",
        "/",
    ]
)
hostile = st.one_of(st.lists(pieces, max_size=6).map("".join), st.text(st.characters(exclude_categories=[])))


@given(hostile)
@settings(max_examples=examples(300), deadline=None)
def test_redaction_never_raises_and_is_idempotent(text: str) -> None:
    once = redact_text(text)
    assert redact_text(once) == once


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | hostile,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["password", "user_id", "cookie", "authorization", "message", "a"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=6,
    )
)
@settings(max_examples=examples(100), deadline=None)
@example({"password": None, "cookie": "0-----BEGIN PRIVATE KEY-----="})
def test_redacting_plain_data_is_idempotent(document: Any) -> None:
    once = redact_document(document)
    assert redact_document(once) == once


@pytest.mark.parametrize("text", [
    "a" * 65_536, "1" * 65_536, "token" * 13_000, "password: " * 6_500, "://" * 20_000, "a@" * 30_000, "a." * 30_000, "1." * 30_000,
    "2001:" * 13_000, "%25" * 20_000, "\\" * 65_536, '"' * 65_536, "eyJ" * 20_000, "-----BEGIN PRIVATE KEY-----" * 2_000,
    "+1 " * 20_000, "+1" * 30_000, "4242 " * 13_000, "GB82 WEST " * 6_000, "input_value={" * 5_000, "token mismatch got '" * 3_000,
    "/reset/" * 9_000, "<input type=password " * 3_000, "curl -u " * 8_000, "mysql " * 10_000, "cookies={'" * 6_000, "AUTH " * 13_000,
    "eyJhbGciOi\n" * 6_000, "cGFzc3dvcm" * 6_000, "phone 1 " * 8_000, "/home/" * 10_000, "A_KEY=" * 10_000, "ab_" * 20_000,
    "session:" * 8_000, "verification code " * 3_600, "::ffff:" * 9_000, "A9b0" * 16_000 + "\n", "| token " * 8_000, "gsk" + "_a1" * 20_000,
    "cookie: " * 8_000, "user " * 13_000, "<password>" * 6_000, "bearer " * 9_000, "https://a:" * 6_000, "password=" * 7_000,
])  # fmt: skip
def test_long_hostile_texts_finish_in_time(text: str) -> None:
    assert isinstance(redact_text(text), str)


@pytest.mark.parametrize("name", ["auth-token", "api-key", "password"])
def test_a_service_named_like_a_secret_keeps_its_counts_and_its_verdicts(name: str) -> None:
    document = {"coverage": {"services": {name: 1500}}, "services": [{"revisions": {name: "not_ready"}}]}
    assert redact_document(document) == document
