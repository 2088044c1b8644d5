"""Find secrets by the text around them: prose, commands, calls, forms and links."""

import base64
import binascii
import re
from collections.abc import Iterator

from triage.redact.assignments import is_no_secret
from triage.redact.patterns import SecretPattern, Span, has_digit, is_basic_credentials, make_pattern
from triage.text import lazy_pattern

_MIXED = lazy_pattern(r"(?=.*\d)(?:.*\d[A-Za-z]|.*[a-z][A-Z])", re.DOTALL)
_WORDS_OF_SECRETS = ("password", "passwd", "secret", "token", "api_key", "apikey")
_URL_SAFE = str.maketrans("+/", "-_")
_ASSIGNED = lazy_pattern(rb"(?:password|passwd|pwd|secret|token|api_?key)[\"']?\s*[:=]", re.IGNORECASE)
_MISMATCH = lazy_pattern(
    r"(?:password|passwd|token|secret|key|signature|hmac|csrf|credentials?|code|cookie|nonce|state)\b[^\n]{0,60}?mismatch([^\n]*)"
    r"|mismatch([^\n]*)",
    re.IGNORECASE,
)
_GOT = lazy_pattern(
    r"\b(?:got|received|was|actual|expected|want(?:ed)?)\b[:=]?\s*[\"']([^\"'\n]+)[\"']", re.IGNORECASE
)
_NAME = lazy_pattern(r"[0-9a-f-]{7,}|v?\d+(?:[.-]\w+)*|[a-z]+(?:[-_.:/][a-z0-9]+)*|sha\d+:.*", re.IGNORECASE)


def _encoded_hints() -> str:
    """Return what base64 makes of the words of secrets, wherever they begin, in lower case."""
    found = set()
    for word in _WORDS_OF_SECRETS:
        for written in (word, word.capitalize(), word.upper()):
            for before in range(3):
                encoded = base64.b64encode(b" " * before + written.encode() + b"  ").decode()
                # A character stands for six bits; the outer ones hold bits of the neighbors.
                found.add(encoded[-(-8 * before // 6) : 8 * (before + len(word)) // 6].lower())
    return " ".join(sorted(found))


def _holds_assignment(value: str) -> bool:
    """Return whether the value is base64 of a text that assigns a secret."""
    bare = value.translate(_URL_SAFE).rstrip("=")
    try:
        plain = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars="-_")
    except binascii.Error:
        return False
    return bool(_ASSIGNED.search(plain))


def _is_mixed(value: str) -> bool:
    """Return whether digits stand among the letters: a value, not a word of a sentence."""
    return bool(_MIXED.match(value))


def _is_value(value: str) -> bool:
    return not is_no_secret(value)


def _is_key_value(value: str) -> bool:
    return (
        has_digit(value)
        and not value.startswith(("/", "./", "http", "gs:", "projects/"))
        and not is_no_secret(value)
    )


def _is_password(value: str) -> bool:
    return not value.isdigit() and not is_no_secret(value)


def _is_link_token(value: str) -> bool:
    """Return whether part of a link is random: letters and digits, 16 or more of them."""
    return len(value) >= 16 and has_digit(value) and not value.replace("-", "").isdigit()


def find_mismatches(text: str) -> Iterator[Span]:
    """Yield the quoted values of "token mismatch: got '...'"; names, versions and digests stay elsewhere."""
    for found in _MISMATCH.finditer(text):
        is_named = found[1] is not None
        for value in _GOT.finditer(text, *found.span(1 if is_named else 2)):
            if is_named or not _NAME.fullmatch(value[1]):
                yield *value.span(1), "secret"


CONTEXT_PATTERNS: list[SecretPattern] = [
    make_pattern("secret", "input_value=", r"input_value=(?:'((?:[^'\\\n]|\\.)+)'|\"((?:[^\"\\\n]|\\.)+)\"|([\[{(](?=[^\n]?[\w\x00\"'])[^\n]{1,1000}?)(?=, input_type=))", _is_value),
    make_pattern("token", "bearer", r"(?i)authorization[\"']?\s?[:=,]\s?[\"']?bearer\s+([A-Za-z0-9._~+/=-]{8,})", _is_value),
    make_pattern("password", "auth=( basicauth(", r"(?:auth=|BasicAuth)\(\s*(?:\w{1,16}=)?[\"'][^\"'\n]*[\"']\s*,\s*(?:\w{1,16}=)?[\"']([^\"'\n]+)[\"']"),
    make_pattern("password", "auth", r"(?i)[\"']auth[\"']\s?:\s?[\"']([A-Za-z0-9+/]{12,}={0,2})[\"']", is_basic_credentials),
    make_pattern("password", "auth", r"\bAUTH\s+(?:[\w-]{1,32}\s+)?([^\s\"']{8,})", _is_mixed),
    make_pattern("key", "akia asia", r"(?:AKIA|ASIA)[A-Z2-7]{16}[\"']?\W{1,4}([A-Za-z0-9/+]{30,44})(?![A-Za-z0-9/+])", has_digit),
    make_pattern("token", "ac", r"(?<!\w)AC[0-9a-f]{32,34}[\"']?\W{1,4}([0-9a-f]{32})(?![0-9a-f])"),
    make_pattern("password", "password passwd passphrase", r"(?i)\b(?:password|passwd|passphrase)\s(?:(?:is|was|value|of)\s)?[\"']?([A-Za-z0-9._~+/=!@#$%^&*-]{8,})", _is_mixed),
    make_pattern("token", "token", r"(?i)\btoken\s(?:(?:is|was|value|of)\s)?[\"']?([A-Za-z0-9._~+/=!@#$%^&*-]{8,})", _is_mixed),
    make_pattern("password", "|", r"(?i)\|\s*(?:password|passwd|token|secret|api[ _-]?key)\s*\|\s*([^\s|]{4,})\s*\|", has_digit),
    make_pattern("password", "mysql mariadb sshpass docker login", r"\b(?:mysql\w*|mariadb\w*|sshpass|docker login)\b[^\n|;]{0,120}?\s-p\s?[\"']?([^\s'\"-][^\s'\"]{3,})", _is_password),
    make_pattern("password", "curl redis-cli", r"\b(?:curl\b[^\n|;]{0,200}?\s(?:-u|--user)\s+[\"']?[^\s:'\"]+:|redis-cli\b[^\n|;]{0,120}?\s-a\s)([^\s'\"]{4,})", _is_value),
    make_pattern("code", "code", r"(?i)\b(?:verification|security|one[ -]time|login|sign-in|confirmation|authentication|access|recovery|2fa|otp|mfa)\s(?:pass)?code(?:\s(?:is|was))?[\s:=]{1,3}([0-9]{4,8}|[A-Z0-9]*[0-9][A-Z0-9]*)(?![\w.])", lambda value: 4 <= len(value) <= 10),
    make_pattern("token", "reset magic verif confirm activat invit unsubscribe recover passwordless login-link signin-link", r"(?i)/[\w.-]{0,64}(?:reset|magic|verif|confirm|activat|invit|unsubscribe|recover|passwordless|login-link|signin-link)[\w-]{0,32}(?:/|/?\?(?:[\w-]{1,16}=[^&\s]{0,64}&){0,2}[\w-]{1,16}=)([\w.~%-]{12,})", _is_link_token),
    make_pattern("password", "<input", r"(?i)<input\b(?=[^>]{0,300}\b(?:type|name|id)=[\"']?[\w-]{0,20}(?:password|passwd|token|secret|otp|csrf))[^>]{0,300}?\bvalue=[\"']([^\"'>]+)"),
    make_pattern("token", "session: sessions: sess:", r"(?<![\w-])sess(?:ion)?s?:([A-Za-z0-9_-]{20,})", has_digit),
    make_pattern("key", "_key", r"(?<![A-Za-z0-9_])(?!(?:\w*_)?(?:PRIMARY|FOREIGN|PARTITION|SORT|CACHE|ROUTING|GROUP|PUBLIC|IDEMPOTENCY|OBJECT|ROW|SHARD|HASH|MESSAGE|LOOKUP|S3|FILE|KMS|CRYPTO|REDIS)_KEY)[A-Z][A-Z0-9_]*_KEY(?:_[A-Z0-9]+)?\\{0,3}[\"']?\s{0,2}[=:]\s{0,2}\\{0,3}[\"']?([^\s\"',;&\\]{6,})", _is_key_value),
    make_pattern("password", _encoded_hints(), r"(?<![A-Za-z0-9+/_-])([A-Za-z0-9+/_-]{16,}={0,2})", _holds_assignment),
]  # fmt: skip
