"""No secret leaves, and what is none stays readable. All secrets here are invented."""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.redact import Redactor, redact, redact_document

HEX = "0123456789abcdef"
B64 = "Zm9vYmFyYmF6cXV4" * 3
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEiLCJuIjoxfQ.c2lnbmF0dXJlLWNhbmFyeQ"
PEM = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7CANARYkey99Zq"

#: (what it is called, a text that holds it as logs do, the part that must not leave)
CANARIES: list[tuple[str, str, str]] = [
    ("jwt", f"received {JWT} from gateway", JWT),
    ("cut jwt", "header eyJhbGciOiJSUzI1NiIsImtpZCI6... too long", "eyJhbGciOiJSUzI1NiIsImtpZCI6"),
    ("bearer", "Authorization: Bearer canary-A1b2C3d4E5", "canary-A1b2C3d4E5"),
    ("bearer in json", '{"authorization": "Bearer canary.B2c3D4"}', "canary.B2c3D4"),
    ("bearer in headers", "(b'authorization', b'Bearer can4ryC3d4E5')", "can4ryC3d4E5"),
    ("basic", "authorization=Basic YWRhOmNhbmFyeS1EMQ==", "YWRhOmNhbmFyeS1EMQ=="),
    ("token header", "Authorization: Token 9f86d081884c7d659a2f", "9f86d081884c7d659a2f"),
    ("google api key", "key AIzaSyCANARY" + HEX + "ABCDEFGHIJKL used", "AIzaSyCANARY" + HEX),
    ("google access token", "got ya29.a0CanaryE5f6G7h8 from metadata", "ya29.a0CanaryE5f6G7h8"),
    ("google refresh token", "refresh 1//0gCanaryF6g7H8i9J0k1L2m3", "1//0gCanaryF6g7H8i9J0k1L2m3"),
    ("google code", "exchange 4/0AfJohXcanaryG7h8I9j0K1l2", "4/0AfJohXcanaryG7h8I9j0K1l2"),
    ("google client secret", "using GOCSPX-CanaryH8i9J0k1L2m3", "GOCSPX-CanaryH8i9J0k1L2m3"),
    ("aws key", "AKIACANARYAAAAAAAAAA denied", "AKIACANARYAAAAAAAAAA"),
    ("aws secret", "aws_secret_access_key = wJalrCANARY/K7MDENG+bPxRfi", "wJalrCANARY/K7MDENG+bPxRfi"),
    ("aws session", "export AWS_SESSION_TOKEN=FwoGZXcanaryIXdz", "FwoGZXcanaryIXdz"),
    ("github token", "push with ghp_" + "canaryJ0k1L2m3N4o5P6q7R8", "canaryJ0k1L2m3N4o5P6q7R8"),
    ("github fine token", "github_pat_11CANARY0k1L2m3N4o5P6q7", "11CANARY0k1L2m3N4o5P6q7"),
    ("gitlab token", "clone glpat-CanaryK1l2M3n4O5p6", "CanaryK1l2M3n4O5p6"),
    ("slack token", "post xoxb-1234-canaryL2m3N4", "1234-canaryL2m3N4"),
    ("slack hook", "https://hooks.slack.com/services/T0CANARY1/B0CANARY2/canaryM3n4O5p6Q7r8", "canaryM3n4O5p6Q7r8"),
    ("model key", "llm refused sk-canaryN4o5P6q7R8s9T0", "sk-canaryN4o5P6q7R8s9T0"),
    ("stripe key", "charge with sk_live_canaryO5p6Q7r8", "canaryO5p6Q7r8"),
    ("webhook secret", "whsec_canaryP6q7R8s9T0u1", "canaryP6q7R8s9T0u1"),
    ("sendgrid key", "SG.canaryQ7r8S9t0U1v2W3.canaryR8s9T0u1V2w3X4y5", "canaryR8s9T0u1V2w3X4y5"),
    ("npm token", "npm_canaryS9t0U1v2W3x4Y5z6A7b8C9d0E1", "canaryS9t0U1v2W3x4Y5z6A7b8C9d0E1"),
    ("pypi token", "pypi-AgEIcHlwaS5vcmcCanary1", "AgEIcHlwaS5vcmcCanary1"),
    ("vault token", "hvs.CanaryT0u1V2w3X4y5Z6a7", "CanaryT0u1V2w3X4y5Z6a7"),
    ("telegram token", "bot 123456789:AAcanaryU1v2W3x4Y5z6A7b8C9d0E1f2G3h", "AAcanaryU1v2W3x4Y5z6A7b8C9d0E1f2G3h"),
    ("shop token", "shpat_" + HEX * 2, HEX * 2),
    ("mailgun key", "key-" + HEX[::-1] * 2, HEX[::-1] * 2),
    ("sentry dsn", "SENTRY: https://c4nary0123456789abcdef01234567@o1.ingest.sentry.example/2", "c4nary0123456789abcdef01234567"),
    ("private key", f"-----BEGIN PRIVATE KEY-----\n{PEM}\nq8=\n-----END PRIVATE KEY-----", PEM),
    ("rsa key", f"-----BEGIN RSA PRIVATE KEY-----\\n{PEM}R\\n-----END RSA PRIVATE KEY-----\\n", PEM + "R"),
    ("ssh key", f"-----BEGIN OPENSSH PRIVATE KEY-----\n{PEM}S\ncut off here", PEM + "S"),
    ("pgp key", f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{PEM}T\n-----END PGP PRIVATE KEY BLOCK-----", PEM + "T"),
    ("a line of a key", PEM + "U", PEM + "U"),
    ("key id", '"private_key_id": "c4narycafe0123456789abcdef0123456789abcd"', "c4narycafe0123456789abcdef0123456789abcd"),
    ("database url", "postgresql+asyncpg://app:canaryV2w3@10.0.0.5:5432/shop", "canaryV2w3"),
    ("redis url", "redis://:canaryW3x4@10.0.0.6:6379/0", "canaryW3x4"),
    ("url with slash", "mysql://app:can/aryX4y5@db/shop", "can/aryX4y5"),
    ("url with at", "amqp://app:can@aryY5z6@mq/shop", "can@aryY5z6"),
    ("password=", "connect host=db password=canaryZ6a7 dbname=shop", "canaryZ6a7"),
    ("password:", "login failed, password: hunter2canary", "hunter2canary"),
    ("letters only", "password=canarycanary", "canarycanary"),
    ("PGPASSWORD", "PGPASSWORD=canaryA7b8 psql", "canaryA7b8"),
    ("env with place", "POSTGRES_PASSWORD_STAGING=canaryB8c9", "canaryB8c9"),
    ("password json", '{"user": "ada", "password": "canary C9d0"}', "canary C9d0"),
    ("password dict", "{'db_password': 'canary\\'D0e1', 'x': 1}", "canary\\'D0e1"),
    ("password escaped", '"{\\"password\\": \\"canaryE1f2\\"}"', "canaryE1f2"),
    ("camel case", '{"clientSecret":"canaryF2g3"}', "canaryF2g3"),
    ("secret=", "SERVICE_SECRET=canaryG3h4", "canaryG3h4"),
    ("jwt secret", "JWT_SECRET_KEY: canaryH4i5-J6", "canaryH4i5-J6"),
    ("fernet key", "FERNET_KEY=canaryI5j6K7l8=", "canaryI5j6K7l8="),
    ("api key header", "x-api-key: canaryJ6k7", "canaryJ6k7"),
    ("api key flag", "run --api-key canaryK7l8M9 now", "canaryK7l8M9"),
    ("passphrase", "passphrase='canary L8m9'", "canary L8m9"),
    ("access token", "access_token=canaryM9n0&expires=3600", "canaryM9n0"),
    ("refresh token", 'refreshToken => "canaryN0o1"', "canaryN0o1"),
    ("session id", "session_id=canaryO1p2", "canaryO1p2"),
    ("csrf", "X-CSRF-Token: canaryP2q3", "canaryP2q3"),
    ("xml", "<password>canaryQ3r4</password>", "canaryQ3r4"),
    ("cookie", "Cookie: sid=canaryR4s5; theme=dark", "canaryR4s5"),
    ("set-cookie", "set-cookie: session=canaryS5t6; Path=/; HttpOnly", "canaryS5t6"),
    ("cookie in json", '"cookie": "id=canaryT6u7"', "canaryT6u7"),
    ("url token", "GET /ws?token=canaryU7v8 101", "canaryU7v8"),
    ("url key", "GET https://maps.example/api?q=1&key=canaryV8w9X0", "canaryV8w9X0"),
    ("oauth code", "GET /auth/callback?code=canaryW9x0Y1&state=s", "canaryW9x0Y1"),
    ("oauth state", "GET /auth/callback?state=canaryX0y1Z2", "canaryX0y1Z2"),
    ("form body", "grant_type=authorization_code&code=canaryY1z2A3&redirect_uri=x", "canaryY1z2A3"),
    ("signed url", "https://storage.example/o?X-Goog-Signature=c4nary0123456789", "c4nary0123456789"),
    ("azure", "AccountName=shop;AccountKey=canaryZ2a3B4==;EndpointSuffix=x", "canaryZ2a3B4=="),
    ("encoded", "GET /x?next=%2Flogin%3Fpassword%3DcanaryA3b4%26y%3D1", "canaryA3b4"),
    ("encoded twice", "GET /x?u=https%253A%252F%252Fapp%253AcanaryB4c5%2540db", "canaryB4c5"),
    ("encoded json", "GET /x?q=%7B%22token%22%3A%22canaryC5d6%22%7D", "canaryC5d6"),
    ("encoded mail", "GET /x?login=canary.d6%40example.org", "canary.d6%40example.org"),
    ("mail", "invited canary.e7+x@mail.example.org today", "canary.e7+x@mail.example.org"),
    ("public address", '203.0.113.77:49090 - "GET /health HTTP/1.1" 200', "203.0.113.77"),
    ("public address in json", '{"remoteIp": "8.8.4.77"}', "8.8.4.77"),
    ("public address v6", "remote 2001:db8:85a3::8a2e:370:7334 closed", "2001:db8:85a3::8a2e:370:7334"),
    ("user id", "user_id=canary-f8", "canary-f8"),
    ("user id in json", '{"userId": "usr_canaryG9"}', "usr_canaryG9"),
    ("google user id", "subject 108124175283640192837 unknown", "108124175283640192837"),
    ("user in prose", "Multiple managers for user 7d9f0c4e-canary-1", "7d9f0c4e-canary-1"),
    ("user in a path", "GET /api/users/70123456/threads", "70123456"),
]  # fmt: skip

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
    "",
]


def leaks(output: str, secret: str) -> bool:
    return any(form in output for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1]))


def test_there_are_eighty_canaries_of_all_kinds() -> None:
    assert len(CANARIES) >= 80
    assert len({secret for _, _, secret in CANARIES}) == len(CANARIES)


@pytest.mark.parametrize(
    ("text", "secret"), [(text, secret) for _, text, secret in CANARIES], ids=[c[0] for c in CANARIES]
)
def test_no_secret_is_left_in_a_message(text: str, secret: str) -> None:
    assert not leaks(redact(text), secret)


@pytest.mark.parametrize(
    ("text", "secret"), [(text, secret) for _, text, secret in CANARIES], ids=[c[0] for c in CANARIES]
)
@pytest.mark.parametrize(
    "encode", [lambda text: quote(text, safe=""), json.dumps, lambda text: json.dumps(json.dumps(text))]
)
def test_no_secret_is_left_in_an_encoded_message(text: str, secret: str, encode: Any) -> None:
    output = redact(encode(text))
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
            "userAgent": " ".join(texts).replace("\n", " "),
        },
        "insertId": texts,
        "trace": " | ".join(texts),
    }
    output = json.dumps(redact_document(document), ensure_ascii=False)
    assert [name for name, _, secret in CANARIES if leaks(output, secret)] == []


@pytest.mark.parametrize("text", READABLE)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert redact(text) == text
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
])  # fmt: skip
def test_only_the_secret_is_masked(text: str, masked: str) -> None:
    assert redact(text) == masked


def test_the_same_secret_has_the_same_placeholder_all_over_a_document() -> None:
    redactor = Redactor()
    first = redactor.document(
        {"a": "token=abc123", "b": ["Bearer abc123", "token=other9"], "c": {"password": "abc123"}}
    )
    assert first == {
        "a": "token=<token-1>",
        "b": ["Bearer <token-1>", "token=<token-2>"],
        "c": {"password": "<token-1>"},
    }
    assert redactor.text("token=other9") == "token=<token-2>"
    assert redactor.counts == {"token": 4, "password": 1}


def test_a_key_says_what_its_value_is() -> None:
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


def test_a_basic_credential_is_told_from_a_word_by_its_content() -> None:
    credential = base64.b64encode(b"ada:pass").decode()
    assert redact(f"Basic {credential}") == "Basic <password-1>"
    assert redact("Basic functionality") == "Basic functionality"


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
@settings(max_examples=300, deadline=None)
def test_redaction_never_raises_and_a_second_pass_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


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
@settings(max_examples=100, deadline=None)
def test_any_plain_data_can_be_redacted_and_stays_so(document: Any) -> None:
    once = redact_document(document)
    assert redact_document(once) == once


@pytest.mark.parametrize("text", [
    "a" * 65_536, "1" * 65_536, "token" * 13_000, "password: " * 6_500, "://" * 20_000, "a@" * 30_000, "a." * 30_000, "1." * 30_000,
    "2001:" * 13_000, "%25" * 20_000, "\\" * 65_536, '"' * 65_536, "eyJ" * 20_000, "-----BEGIN PRIVATE KEY-----" * 2_000,
    "cookie: " * 8_000, "user " * 13_000, "<password>" * 6_000, "bearer " * 9_000, "https://a:" * 6_000, "password=" * 7_000,
])  # fmt: skip
def test_hostile_runs_end(text: str) -> None:
    assert isinstance(redact(text), str)
