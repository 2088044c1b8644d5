"""Find secrets by the name that they are assigned to, and cookies."""

import re
from collections.abc import Iterator

from triage.redact.patterns import Span
from triage.text import lazy_pattern

_WORDS = lazy_pattern(r"[A-Za-z]+")
_CONSTANT = lazy_pattern(r"[A-Z][A-Z0-9]*_[A-Z0-9_]+")
#: Values that are not secrets: masked by the service itself, or the location of a secret.
_MASKED = lazy_pattern(
    r"[\x00*xX•.\-…]*|\[?(?:REDACTED|FILTERED|MASKED|HIDDEN)\b.*|\$\{?[A-Z_]+\}?|projects/[\w./-]*",
    re.IGNORECASE,
)
#: Words that follow "token:" or "password=" in ordinary sentences.
_ORDINARY = lazy_pattern(
    r"absent|anonymous|any|auth|authentication|authorization|basic|bearer|bool|cannot|changed"
    r"|configured|configuration|correct|default|denied|disabled|empty|enabled|error|exists|expired"
    r"|expires|fail|failed|failure|false|for|found|generated|has|incorrect|int|invalid|invalidated"
    r"|is|issue|issued|loaded|malformed|mandatory|mask|masked|mismatch|missing|must|n/a|negotiate"
    r"|new|nil|no|none|not|null|ok|old|pass|passed|pending|present|provided|redacted|refresh"
    r"|refreshed|rejected|required|revoked|rotated|service|set|sha1|sha256|sha384|sha512|skipped|str|string|success|system"
    r"|test|the|timeout|to|true|type|unavailable|undefined|unknown|unset|unverified|user|valid"
    r"|validated|validation|verified|was|wrong|yes",
    re.IGNORECASE,
)
_SUFFIX = (
    r"(?:[_-]?(?:key|value|hash|id|staging|production|prod|dev|development|test|primary|secondary|old|new|current"
    r"|\d{1,3})){0,3}"
)
#: Words for a password in other languages.
_FOREIGN_PASSWORDS = (
    r"contrase[ñn]a|contrasenya|passwort|kennwort|mot[ _-]?de[ _-]?passe|senha|parola|has[lł]o|wachtwoord|l[öo]senord"
    r"|adgangskode|salasana|jelsz[óo]|heslo|[şs]ifre|пароль|密码|密碼|口令|パスワード|비밀번호|암호|m[ậa]t[ _-]?kh[ẩa]u"
)
_NAMES = {
    "password": (
        r"password|passwd|passphrase|passcode"
        r"|(?<![a-z0-9])(?:pwd|(?:pass|pw|otp|pin)(?==|\\{0,3}[\"']\s{0,3}:\s{0,3}\\{0,3}[\"']))"
        rf"|(?<!\w)(?:{_FOREIGN_PASSWORDS})"
    ),
    "key": (
        r"(?:api|access|private|account|encryption|signing|master|fernet|storage|ssh|auth)[_-]?key"
        r"|(?<![a-z0-9])(?:sig|dsn|hmac(?:[_-]?sha\d{1,3})?)|signature|credentials?"
    ),
    "token": (
        r"token|(?<![a-z0-9])(?:jwt|csrf|xsrf)|session[_-]?(?:id|key)|(?:j|php)sessid|jsessionid"
        r"|(?<![a-z0-9])(?:connect\.sid|sid)|(?:auth|authorization|device|verification)[_-]?code"
    ),
    "secret": r"secret",
    "user": r"user[_-]?(?:uu)?id|(?<![a-z0-9])(?:uid|customer[_-]?id|account[_-]?id|owner[_-]?id|sub(?=[\"'=]))",
}
_GROUPS = "|".join(f"(?P<{kind}>{names})" for kind, names in _NAMES.items())
_ASSIGNED = lazy_pattern(
    rf"""
    (?:{_GROUPS}){_SUFFIX}
    \\{{0,3}}["']?\s{{0,3}}(?P<sign>:\s?(?:str|bytes|SecretStr|Optional\[str\]|str\s?\|\s?None)\s?=|=>|:=|==?|:)\s{{0,3}}b?\\{{0,3}}
    (?: "(?P<double>(?:[^"\\\n]|\\.)*)"
      | '(?P<single>(?:[^'\\\n]|\\.)*)'
      | ["']?(?P<bare>(?:(?![,;][ ]?[\w.-]{{1,64}}[ ]?[=:])[^\s"'&])+)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
#: What is in every text that assigns a secret; a sign follows the short names, which are a part of many words.
ASSIGNED_HINTS = (
    *(f"{name}{sign}" for name in ("pw", "otp", "pin") for sign in ("=", "\\", '"', "'")),
    "pass", "pwd", "key", "sig", "dsn", "hmac", "credential", "token", "jwt", "csrf", "xsrf", "session", "sid", "code", "secret",
    "user", "uid", "customer", "account", "owner", "sub", "contrase", "kennwort", "senha", "parola", "hasl", "hasł", "wachtwoord",
    "senord", "adgangskode", "salasana", "jelsz", "heslo", "ifre", "пароль", "密码", "密碼", "口令", "パスワード", "비밀번호", "암호",
    "kh",
)  # fmt: skip
_HUMP = lazy_pattern(r"(?<=[a-z0-9])(?=[A-Z])")
_KEY = lazy_pattern(
    rf"(?:[\w.-]*[_.-])?(?:{_GROUPS}|(?P<cookie>(?:set-)?cookies?)|(?P<authorization>authorization)){_SUFFIX}",
    re.IGNORECASE,
)
_SHORT = {"sub": "user", "pass": "password", "pw": "password", "otp": "password", "pin": "password"}
_COOKIE = lazy_pattern(r"\b(?:set-)?cookies?[\"']?\s?[:=,]\s?b?[\"']?(?P<jar>[^\n\"']+)", re.IGNORECASE)
_COOKIE_DICT = lazy_pattern(r"\bcookies?[\"']?\s?[:=]\s?\{([^{}\n]{1,4096})\}", re.IGNORECASE)
_DICT_PAIR = lazy_pattern(r"[\"'][\w.-]{1,128}[\"']\s?:\s?[\"']([^\"'\x00]+)[\"']")
_PAIR = lazy_pattern(r"([\w.-]{1,128})=\"?([^;\s\"',]+)")
_ATTRIBUTES = {"path", "domain", "expires", "max-age", "samesite", "priority"}


def is_no_secret(value: str) -> bool:
    """Return whether an assigned value is harmless: a word, a mask, a resource name."""
    return bool(_ORDINARY.fullmatch(value.strip(".,;:!?)]}'\"")) or _MASKED.fullmatch(value))


def kind_of_key(key: str) -> str | None:
    """Return the kind of secret that a document key names ("password", ...), or None."""
    name = _HUMP.sub("_", key)
    found = _KEY.fullmatch(name)
    return found.lastgroup if found else _SHORT.get(name.lower())


def find_cookies(text: str) -> Iterator[Span]:
    """Yield the values of cookies after a cookie header or in a dict; names and attributes stay."""
    for found in _COOKIE_DICT.finditer(text):
        for pair in _DICT_PAIR.finditer(text, *found.span(1)):
            yield *pair.span(1), "cookie"
    for found in _COOKIE.finditer(text):
        for pair in _PAIR.finditer(text, *found.span("jar")):
            if pair[1].lower() not in _ATTRIBUTES and not _MASKED.fullmatch(pair[2]):
                yield *pair.span(2), "cookie"


def find_assigned(text: str) -> Iterator[Span]:
    """Yield the values assigned to the name of a secret.

    Notations: ``a=b``, ``a: b``, ``"a": "b"``.
    """
    for found in _ASSIGNED.finditer(text):
        kind = next(name for name in _NAMES if found[name] is not None)
        group = next(name for name in ("double", "single", "bare") if found[name] is not None)
        bare = group == "bare"
        value = found[group].rstrip(".,;:)]}!?") if bare else found[group]
        start = found.start(group)
        end = start + len(value)
        if (
            value
            and not is_no_secret(value)
            and (not bare or _is_bare_secret(kind, value, found["sign"], text[end : end + 1]))
        ):
            yield start, end, kind


def _is_bare_secret(kind: str, value: str, sign: str, after: str) -> bool:
    """Return whether an unquoted value is a secret, not a word of a sentence.

    ``after`` is the character behind it.
    """
    if value[0] in "([{" or (value.isdigit() and len(value) < 4 and kind != "user"):
        return False
    if kind == "user" and value.startswith("service:"):
        return False
    if sign != ":":
        return True
    if _WORDS.fullmatch(value):
        return len(value) >= 18 or (kind == "password" and after in ",;\n\"'")
    return not _CONSTANT.fullmatch(value)
