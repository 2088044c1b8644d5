"""Find secrets by their form: provider tokens, URL passwords, e-mail addresses, users.

Sources of the forms: gitleaks (cmd/generate/config/rules), detect-secrets (plugins) and the providers' own
pages. Every pattern is linear or bounded.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator

import msgspec

from triage.text import lazy_pattern

#: Start, end and kind of a secret in a text.
Span = tuple[int, int, str]

_DIGIT = lazy_pattern(r"\d")
_RANDOM = lazy_pattern(r"\d|[+/=]|[a-z][A-Z]")


class SecretPattern(msgspec.Struct, frozen=True):
    """The form of one kind of secret.

    Attributes:
        kind: the kind, which names the placeholder.
        hints: lower-case literals of which one must be in the text; empty to always search.
        pattern: the form; the group that matched last, or else the whole match, is the secret.
        fits: an additional test of the secret.

    """

    kind: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    fits: Callable[[str], bool]

    def find(self, text: str) -> Iterator[Span]:
        """Yield the secrets of this form."""
        for found in self.pattern.finditer(text):
            group = found.lastindex or 0
            if self.fits(found[group]):
                yield *found.span(group), self.kind


def make_pattern(kind: str, hints: str, pattern: str, fits: Callable[[str], bool] = bool) -> SecretPattern:
    """Return the form of a secret; ``hints`` are separated by blanks."""
    return SecretPattern(kind, tuple(hints.split()), lazy_pattern(pattern), fits)


def is_basic_credentials(value: str) -> bool:
    """Return whether the value is user:password in base64."""
    try:
        return b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except binascii.Error:
        return False


def _is_random(value: str) -> bool:
    return len(value) >= 24 or bool(_RANDOM.search(value))


def _is_opaque(value: str) -> bool:
    """Return whether a word after "bearer" is a token: random, or longer than "authentication"."""
    return len(value) >= 16 or bool(_RANDOM.search(value))


def has_digit(value: str) -> bool:
    """Return whether a digit is in the value."""
    return bool(_DIGIT.search(value))


def _is_base64_data(value: str) -> bool:
    """Return whether base64 letters are data rather than a path or a word.

    Data has capitals, small letters, digits and few slashes.
    """
    return (
        value.count("/") * 16 <= len(value)
        and has_digit(value)
        and not value.isupper()
        and not value.islower()
    )


_BEGIN_END = r"-----{}[ +](?:[A-Z0-9]+[ +]){{0,3}}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----"
#: A line break within a token: the next line holds nothing but more of it.
_BREAK = r"\s{0,4}\n\s{0,16}(?=\S{0,256}\d)(?=\S{0,256}[a-z][A-Z]|\S{0,256}[A-Z][a-z])(?=[A-Za-z0-9_.-]{8,}(?:[\s\"',]|$))"

#: Secrets that may stand on several lines; they are found first, as a whole.
LONG_PATTERNS = [
    make_pattern(
        "private-key", "private", rf"{_BEGIN_END.format('BEGIN')}[\s\S]*?(?:{_BEGIN_END.format('END')}|\Z)"
    ),
    make_pattern(
        "token", "eyj", rf"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{{8,}}(?:(?:\.|{_BREAK})[A-Za-z0-9_-]*){{0,12}}"
    ),
]

#: A password in a URL may hold "/" or "@": the last "@" before the path ends it, else the first one after it.
URL_PATTERNS = [
    make_pattern("password", "://", r"://[^\s/?#:@\"'<>]{0,256}:(?!\d{1,5}(?:[/?#\s]|$))([^\s/?#\"']{1,256})@", lambda value: value.strip("*") != ""),
    make_pattern("password", "://", r"://[^\s/?#:@\"'<>]{0,256}:(?!\d{1,5}(?:[/?#\s]|$))([^\s/?#\"'@]{0,256}[/?#][^\s\"'@]{0,256})@"),
    make_pattern("key", "://", r"https?://([A-Za-z0-9_-]{16,})@", _is_random),
]  # fmt: skip

SECRET_PATTERNS = [
    make_pattern("token", "bearer", r"(?i)\bbearer[\s:+]{1,3}[\"']?([A-Za-z0-9._~+/=-]{6,})", _is_opaque),
    make_pattern("password", "basic", r"(?i)\bbasic[\s:+]{1,3}[\"']?([A-Za-z0-9+/]{6,}={0,2})", is_basic_credentials),
    make_pattern("token", "authorization", r"(?i)authorization[\"']?\s?[:=]\s?[\"']?(?:token|apikey|key|negotiate)\s(\S{8,})", _is_random),
    make_pattern("key", "aiza", r"(?<![A-Za-z0-9-])AIza[\w-]{30,}"),
    make_pattern("token", "ya29.", r"(?<![\w-])ya29\.[\w.-]{8,}"),
    make_pattern("token", "1//0", r"(?<![\w/-])1//0[\w-]{20,}"),
    make_pattern("code", "4/0 4/p7", r"(?<![\w/.-])4/(?:0|P7)[\w-]{20,}"),
    make_pattern("key", "akia asia abia acca", r"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])"),
    make_pattern("token", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_", r"(?<![\w-])(?:gh[oprsu]_\w{20,}|github_pat_\w{20,})"),
    make_pattern("token", "glpat- gldt- glrt-", r"(?<![\w-])gl(?:pat|dt|rt)-[\w-]{16,}"),
    make_pattern("token", "xox xapp-", r"(?<![\w-])(?:xox[abeoprs]|xapp)-[\w-]{8,}"),
    make_pattern("token", "hooks.slack.com", r"hooks\.slack\.com/(?:services|workflows)/([\w/]{20,})"),
    make_pattern("token", "/services/t", r"(?<!\.com)/services/(T\w{7,16}/B\w{7,16}/\w{16,})"),
    make_pattern("key", "sk- _live_ _test_ whsec_", r"(?<![\w-])(?:sk-[\w-]{16,}|[prs]k_(?:live|test)_\w{10,}|whsec_\w{16,})", has_digit),
    make_pattern("key", "gocspx- sg.", r"(?<![\w-])(?:GOCSPX-[\w-]{16,}|SG\.[\w-]{16,}\.[\w-]{16,})"),
    make_pattern("token", "npm_ pypi- hf_ hvs. _v1_", r"(?<![\w-])(?:npm_\w{30,}|pypi-[\w-]{16,}|hf_\w{30,}|hvs\.[\w-]{20,}|do[opr]_v1_\w{32,})"),
    make_pattern("key", "key- dapi sk lin_api_ pmak- atatt3", (
        r"(?<![\w-])(?:key-[0-9a-f]{32}|dapi[0-9a-f]{32}|SK[0-9a-f]{32}|lin_api_\w{30,}|PMAK-[0-9a-f-]{40,}|ATATT3[\w=-]{40,})"
    )),
    make_pattern("token", "shpat_ shpca_ shppa_ shpss_", r"(?<![\w-])shp(?:at|ca|pa|ss)_[0-9a-f]{32}"),
    make_pattern("token", ":aa", r"(?<![\w-])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![\w-])"),
    make_pattern("key", "", r"(?<![A-Za-z0-9+/])(?<!sha512-)(?<!sha384-)[A-Za-z0-9+/]{60,}={0,2}(?:\s{1,8}[A-Za-z0-9+/]{4,}={0,2}(?=\s|$)(?:(?<=[=+/\d])|(?<=[a-z][A-Z])))*", _is_base64_data),
    make_pattern("code", "code", r"(?:^|[?&\s;\"'(,{])code[\"']?=[\"']?([^\s&\"';,)}]{6,})", lambda value: not value.isalpha() and not value.isdigit()),
    make_pattern("token", "state= nonce= ticket= auth= hint=", r"[?&](?:state|nonce|ticket|auth|id_token_hint)=([^\s&\"']{8,})"),
    make_pattern("key", "key=", r"[?&;]key=([^\s&\"']{8,})"),
    make_pattern("token", "session=", r"(?<![\w-])session=[\"']?([\w.+/=%-]{12,})"),
    make_pattern("password", " --", r"(?i)(?<!\S)--(?:[a-z]+-)?(?:password|passwd|token|secret|api-?key)\s+[\"']?([^\s\"'-][^\s\"']{3,})", _is_random),
    make_pattern("secret", "</", r"(?i)<(?:\w+:)?(?:password|secret|token|api-?key)>([^<]+)</"),
    make_pattern("email", "principal", r"(?i)principal_?(?:email|subject)\\{0,3}[\"']?\s{0,3}[:=]\s{0,3}\\{0,3}[\"']?([^\s\"'\\,;]{1,200}@[^\s\"'\\,;]{1,200})"),
    make_pattern("email", "@", r"(?<![\w.%+-])(?!git@)[\w+][\w.%+'-]{0,63}@(?!(?:[\w-]{1,63}\.){0,3}gserviceaccount\.com(?![\w-]|\.\w))(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])"),
    make_pattern("user", "user", r"(?i)(?<![\w-])user(?:name)?(?:[ :=#]|[:=] )[\"']?(\w[\w.-]{5,})", has_digit),
    make_pattern("user", "/user", r"(?i)/users?/([\w.~-]+)", has_digit),
    make_pattern("user", "user", r"(?i)(?<![\w-])((?:[a-z]+[-_])?user[-_](?:\d{2,}|(?=[a-f]{0,63}\d)[0-9a-f]{8,}))(?![\w-])"),
    make_pattern("user", "1", r"(?<![\w.-])1\d{20}(?![\w.-])"),
]  # fmt: skip
