"""Find numbers and names of people: payment cards, accounts, phones, users."""

from collections.abc import Iterator

from triage.redact.patterns import SecretPattern, Span, make_pattern
from triage.text import lazy_pattern

#: Lengths of IBANs by country (the IBAN registry of SWIFT).
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "CH": 21, "CR": 22,
    "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22,
    "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "JO": 30,
    "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27,
    "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24,
    "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
#: Users that images, databases and build systems come with.
_SERVICE_USERS = frozenset({
    "admin", "airflow", "anonymous", "app", "application", "appuser", "build", "builder", "celery", "circleci", "cnb", "codespace",
    "container", "default", "deploy", "developer", "django", "docker", "ec2-user", "elastic", "git", "gitpod", "guest", "java",
    "jenkins", "jovyan", "lib", "local", "mysql", "nginx", "node", "nobody", "nonroot", "none", "null", "opc", "oracle", "php",
    "postgres", "public", "python", "rabbitmq", "rails", "redis", "root", "ruby", "runner", "runneradmin", "sa", "server", "service",
    "share", "shared", "site", "spark", "src", "svc", "system", "test", "tomcat", "travis", "ubuntu", "user", "username", "vagrant",
    "vcap", "vscode", "web", "worker", "www", "www-data",
})  # fmt: skip
_DIGITS = lazy_pattern(r"\D")
_PHONE = lazy_pattern(
    r"(?<![\w+.:/-])(?<!\d )\+[1-9]\d{0,15}+(?:[ .-]?\(\d{1,5}\)|[ .-]\d{1,12}+){0,6}(?!\w)"
)
_LAST_GROUP = lazy_pattern(r"[ .()-]*\d+\)?$")
_DATE = lazy_pattern(r"\d{4}-\d\d-\d\d|\d{1,3}(?:\.\d{1,3}){3}")


def _is_card(value: str) -> bool:
    """Return whether the digits pass Luhn's test."""
    digits = [int(digit) for digit in _DIGITS.sub("", value)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1


def _is_iban(value: str) -> bool:
    """Return whether the length and the check digits (ISO 7064, modulo 97) are those of an IBAN."""
    plain = value.replace(" ", "")
    if len(plain) != _IBAN_LENGTHS.get(plain[:2]):
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def find_phones(text: str) -> Iterator[Span]:
    """Yield the international phone numbers of a text, with as many digits as E.164 allows.

    A number behind the last digit of a phone number is not part of it.
    """
    for found in _PHONE.finditer(text):
        number = found[0]
        is_american = number.startswith("+1")
        while len(digits := _DIGITS.sub("", number)) > (11 if is_american else 15):
            number = _LAST_GROUP.sub("", number)
        if is_american:
            fits = len(digits) == 11 and digits[1] in "23456789"
        else:
            fits = len(digits) >= (11 if number[1:].isdigit() else 9)
        if fits:
            yield found.start(), found.start() + len(number), "phone"


def _is_local_phone(value: str) -> bool:
    return 7 <= len(_DIGITS.sub("", value)) <= 15 and not _DATE.match(value)


def _is_person(value: str) -> bool:
    return value.lower() not in _SERVICE_USERS and not value.startswith(("$", "{", "<", "%"))


PERSONAL_PATTERNS: list[SecretPattern] = [
    make_pattern("card", "", r"(?<![\w.-])((?:[2-6]\d{3}([ -]?)\d{4}\2\d{4}\2\d{4}|3[47]\d\d([ -]?)\d{6}\3\d{5}))(?![\w-]|\.\d)", _is_card),
    make_pattern("iban", "", r"(?<!\w)[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)", _is_iban),
    make_pattern("phone", "phone tel mobile msisdn whatsapp sms fax", r"(?i)\b(?:phone|tel|telephone|mobile|msisdn|whatsapp|sms|fax)(?:[ _-]?(?:number|no))?[\"']?\s?[.:=]{0,2}\s?[\"']?(?:to )?(\(?\d[\d ()./-]{5,16}\d)(?![\w.]|:\d)", _is_local_phone),
    make_pattern("user", "/home/ /users/ \\users\\", r"(?<![\w.-])(?<!GET )(?<!POST )(?<!PUT )(?<!HEAD )(?<!PATCH )(?<!DELETE )(?:/(?:home|Users)/|(?<=[A-Za-z]:)\\{1,4}Users\\{1,4})([^/\\\s:'\"<>|]{2,64})(?=[/\\])", _is_person),
    make_pattern("user", "username", r"(?i)\busername\\{0,3}[\"']?\s?[:=]\s?\\{0,3}[\"']([^\"'\s\\]{2,64})\\{0,3}[\"']", _is_person),
    make_pattern("user", "ssn social", r"(?i)\b(?:ssn|social[ _-]security(?:[ _-](?:number|no))?)[\"']?\s?[:=#]?\s?[\"']?(\d{3}-?\d{2}-?\d{4})(?!\d)"),
]  # fmt: skip
