"""Find keys by the prefix or the form that a provider gives them.

The prefixes and lengths are facts of the providers, as the rule set of gitleaks (config/gitleaks.toml) and
their own pages list them.
"""

import re

from triage.redact.patterns import SecretPattern, has_digit, make_pattern

_DIGIT_WITHIN = re.compile(r"\d[A-Za-z]|[a-z]\d|[A-Z]\d")
_SEGMENT = re.compile(r"[A-Za-z0-9+/]{10,}")
#: Prefixes of keys that go on with letters, digits, "_" and "-". Those of models come first.
_PREFIXES = (
    "pk-lf-", "gsk_", "xai-", "pplx-", "tvly-", "lsv2_", "r8_", "nvapi-", "pcsk_", "csk-", "jina_", "api_org_", "ntn_",
    "NRAK-", "NRII-", "NRJS-", "NRAA-", "NRIQ-", "glsa_", "glc_", "glcbt-", "glft-", "glimt-", "glagent-", "gloas-", "glptt-",
    "glsoat-", "glffct-", "GR1348941", "sbp_", "figd_", "dckr_pat_", "dckr_oat_", "tskey-", "bkua_", "nfp_", "CFPAT-", "CCIPAT_",
    "rdme_", "rubygems_", "tk-us-", "xkeysib-", "xsmtpsib-", "sntrys_", "sntryu_", "sm_aat_", "sm_pat_", "sm_sat_",
    "shippo_live_", "shippo_test_", "tfp_", "pul-", "pnu_", "pscale_tkn_", "pscale_oauth_", "pscale_pw_", "duffel_test_",
    "duffel_live_", "FLWSECK", "fio-u-", "fm1r_", "fm1a_", "fm2_", "fo1_", "HRKU-AA", "ico-", "sgp_", "sq0atp-", "sq0csp-",
    "CLOJARS_", "dnkey-", "sqp_", "squ_", "sqa_", "lin_oauth_", "AGE-SECRET-KEY-1", "p8e-", "pat-na1-", "pat-eu1-", "ATCTT3",
    "ATBB", "AKCp", "ABSK", "LTAI", "EZAK", "EZTK", "AQVN", "GOOG1", "ops_",
)  # fmt: skip
_PREFIXED = "|".join(re.escape(prefix) for prefix in sorted(_PREFIXES, key=len, reverse=True))


def _is_key(value: str) -> bool:
    """Return whether what follows a prefix is random: digits among the letters, and no short words."""
    longest = max(_SEGMENT.findall(value), key=len, default="")
    return bool(_DIGIT_WITHIN.search(longest))


def _is_mixed(value: str) -> bool:
    """Return whether capitals, small letters and digits are mixed."""
    return not (value.islower() or value.isupper()) and sum(char.isdigit() for char in value) >= 3


VENDOR_PATTERNS: list[SecretPattern] = [
    make_pattern("key", " ".join(_PREFIXES).lower(), rf"(?<![A-Za-z0-9])((?:{_PREFIXED})[\w+/-]{{16,}}=*)", _is_key),
    make_pattern("key", "sk-", r"(?<![\w-])sk-[A-Za-z0-9]{20,}(?![\w-])"),
    make_pattern("key", "secret_", r"(?<![A-Za-z0-9])secret_[A-Za-z0-9]{32,}", has_digit),
    make_pattern("key", "nral", r"(?<!\w)[0-9a-f]{36}NRAL(?!\w)"),
    make_pattern("token", "bot discord token", r"(?<![\w.-])[MNO][\w-]{22,27}\.[\w-]{6,7}\.[\w-]{27,40}(?![\w.-])"),
    make_pattern("token", "/webhooks/", r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/\d+/([\w-]{20,})"),
    make_pattern("token", "webhookb2/", r"webhook\.office\.com/webhookb2/([^\s\"']{40,})"),
    make_pattern("token", ":apa91b", r"(?<![\w-])[\w-]{11,}:APA91b[\w-]{20,}"),
    make_pattern("key", "-us", r"(?<!\w)[0-9a-f]{32}-us\d{1,2}(?!\w)"),
    make_pattern("secret", "q~", r"(?<![\w~.-])[\w~.]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])"),
    make_pattern("token", ".atlasv1.", r"(?<!\w)\w{14}\.atlasv1\.[\w=-]{60,}"),
    make_pattern("token", "pat", r"(?<!\w)pat[A-Za-z0-9]{14}\.[0-9a-f]{64}(?!\w)"),
    make_pattern("token", "dt0c01. dp. hvb. sha256~ sl.", r"(?<![\w.])(?:dt0c01\.\w{20,}\.\w{60,}|dp\.(?:pt|st|ct|sa|scim|audit)\.\w{40,}|hvb\.[\w-]{100,}|sha256~[\w-]{43}|sl\.[\w-]{100,})"),
    make_pattern("key", "_mmk", r"(?<!\w)[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk(?!\w)"),
    make_pattern("key", "a3-", r"(?<![\w-])A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,5}(?![\w-])"),
    make_pattern("key", "_ -", r"(?<![A-Za-z0-9+/=_-])(?:[A-Za-z]{2,10}[_-]){1,3}[A-Za-z0-9]{32,}(?![A-Za-z0-9])", _is_mixed),
]  # fmt: skip
