"""Forms of secrets and of personal data, assembled from random parts, and identifiers that are neither."""

import base64
import random
import string
import uuid

_LETTERS, _HEX = string.ascii_letters, "0123456789abcdef"
_MIXED = string.ascii_letters + string.digits


def _part(name: str, length: int, alphabet: str = _MIXED) -> str:
    """Return letters of an alphabet that are the same for a name in every run; the first ones are of all kinds."""
    chance = random.Random(name)
    text = "".join(chance.choices(alphabet, k=length))
    return "k7Rq" + text[4:] if alphabet is _MIXED and length >= 9 else text


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _make(name: str, before: str, secret: str, after: str = "") -> tuple[str, str, str]:
    """Return a canary: its name, the text around the secret, and the secret."""
    return name, before + secret + after, secret


_JWT = ".".join(
    ("ey" + "J" + _part("jwt header", 30), "ey" + "J" + _part("jwt body", 40), _part("jwt end", 43))
)
_PEM = [_part(f"pem {line}", 64) for line in range(3)]
_SHORT = _part("short password", 12)

#: Name, a text as in logs, and the part that must be masked.
FORMS: list[tuple[str, str, str]] = [
    *(
        _make(f"key {prefix}", "refused the key ", prefix + _part(prefix, length), " of the model")
        for prefix, length in (
            ("gsk" + "_", 52), ("xai" + "-", 80), ("pplx" + "-", 48), ("tvly" + "-", 32), ("sk" + "-ant-api03-", 93), ("r8" + "_", 37),
            ("sk" + "-or-v1-", 64), ("nvapi" + "-", 64), ("pcsk" + "_", 60), ("hf" + "_", 34), ("sk" + "-proj-", 48), ("ntn" + "_", 46),
            ("NRAK" + "-", 27), ("secret" + "_", 43), ("gl" + "sa_", 41), ("sntry" + "u_", 64), ("dckr" + "_pat_", 27), ("GOOG" + "1E", 56),
            ("AGE-SECRET-" + "KEY-1", 58), ("pscale" + "_tkn_", 43), ("figd" + "_", 40), ("sq0" + "atp-", 22), ("LTAI", 20), ("tskey" + "-auth-", 30),
        )
    ),
    _make("key of LangSmith", "export ", "lsv2" + "_pt_" + _part("lsv2", 32, _HEX) + "_" + _part("lsv2 end", 10, _HEX)),
    _make("key of letters only", "llm refused ", "sk" + "-" + _part("letters", 40, _LETTERS)),
    _make("auth token of Twilio", f"Client('AC{_part('twilio', 32, _HEX)}', '", _part("twilio auth", 32, _HEX), "')"),
    _make("license of New Relic", "agent ", _part("new relic", 36, _HEX) + "NRAL", " refused"),
    _make("bot of Discord", "Bot ", f"M{_part('bot id', 23)}.{_part('bot time', 6)}.{_part('bot end', 38)}"),
    _make("webhook of Discord", "POST https://discord.com/api/webhooks/4711/", _part("webhook", 68), " 404"),
    _make("registration of FCM", "send to ", f"{_part('fcm', 22)}:APA" + "91b" + _part("fcm end", 134)),
    _make("secret of Azure", "client ", _part("azure", 3) + "8Q" + "~" + _part("azure end", 34), " expired"),
    _make("HMAC", "hmac=", _part("hmac", 64, _HEX)),
    _make("HMAC header", "X-Hub-Signature-256: sha256=", _part("hub", 64, _HEX)),
    _make("secret beside its id", f"(AKIA{_part('aws id', 16, 'ABCDEFGHIJKLMNOP234567')}, ", _part("aws secret", 40), ")"),
    _make("letters-only bearer", "Authorization: Bearer ", _part("bearer", 19, string.ascii_lowercase)),
    _make("letters-only bearer in a dict", "{'Authorization': 'Bearer ", _part("bearer 2", 24, string.ascii_lowercase), "'}"),
    _make("broken token", "token=" + _JWT[:60] + "\n  ", _JWT[60:], "\nfailed to verify"),
    _make("broken key", f"{_PEM[0]}\n{_PEM[1]}\n", _PEM[2][:22] + "8=", "\nfailed to load"),
    _make("base64 of an assignment", "payload=", _base64(f"user=ada;password={_part('b64', 10)}")),
    _make("base64 of another", "state ", _base64(f'{{"api_key": "{_part("b64 2", 12)}"}}'), " seen"),
    _make("pydantic", "password\n  String is too short [type=string_too_short, input_value='", _part("pydantic", 6), "', input_type=str]"),
    _make("pydantic dict", "Field required [type=missing, input_value=", "{'pin': '" + _part("pydantic 2", 6) + "'}", ", input_type=dict]"),
    _make("constant", "STAGING_SIMULATION_KEY=", "e2e-" + _part("constant", 12)),
    _make("mismatch", "Token mismatch: got '", _part("mismatch", 9, _LETTERS), "'"),
    _make("mismatch with both", "header mismatch: expected 'x', got '", _part("mismatch 2", 16), "'"),
    _make("auth tuple", "requests.get(url, auth=('shop', '", _part("tuple", 9, _LETTERS), "'))"),
    _make("auth class", 'HTTPBasicAuth("shop", "', _part("class", 9, _LETTERS), '")'),
    _make("pass in JSON", 'got {"user": {"pass": "', _part("pass", 9, _LETTERS) + " x", '"}}'),
    _make("auth of a registry", '{"auths": {"registry.example": {"auth": "', _base64("_json_key:" + _part("registry", 9)), '"}}}'),
    _make("typed", "password: str = '", _part("typed", 9, _LETTERS), "'"),
    _make("password in prose", "login with password ", _SHORT + "7Rq", " failed"),
    _make("token in prose", "Validating token ", _part("prose", 25), " for user"),
    _make("AUTH of Redis", "redis command AUTH default ", _part("redis", 16), " failed"),
    _make("flag of mysql", "mysql -uroot -p", _part("mysql", 12, _LETTERS), " shop"),
    _make("flag of curl", "curl -s -u shop:", _part("curl", 12, _LETTERS), " https://shop.example"),
    _make("table", "| password | ", _part("table", 10) + "1", " |"),
    _make("form", '<input type="password" name="password" value="', _part("form", 10, _LETTERS), '">'),
    _make("one-time code", "Your verification code is ", _part("otp", 6, "123456789")),
    _make("cookies of a dict", "cookies={'theme': 'dark1', 'session': '", _part("cookies", 12), "'}"),
    _make("session of a store", "GET session:", _part("session", 32), " nil"),
    _make("reset link", "GET /auth/reset-password/", _part("reset", 32), " 200"),
    _make("magic link", "https://shop.example/auth/magic?t=", _part("magic", 22)),
    _make("invitation", "https://shop.example/invite?to=x&c=", _part("invite", 24)),
    *(
        _make(f"password as {word}", f"{word}{sign}", _part(word, 12), ", host=db")
        for word, sign in (
            ("contraseña", "="), ("Passwort", ": "), ("kennwort", "="), ("mot de passe", ": "), ("senha", "="), ("wachtwoord", "="),
            ("hasło", "="), ("пароль", ": "), ("密码", "="), ("パスワード", ": "), ("비밀번호", "="),
        )
    ),
    _make("payment card", "card=", "4242" * 4, " exp=12/29"),
    _make("payment card in groups", "paid by ", "5555 5555 5555 4444"),
    _make("payment card of 15 digits", "amex ", "3782" + "822463" + "10005"),
    _make("IBAN", "transfer from ", "DE89" + "370400440532013000", " refused"),
    _make("IBAN in groups", "account ", "GB82 " + "WEST 1234 5698 7654 32"),
    _make("phone number", "sms to ", "+1415555" + "2671", " failed"),
    _make("phone number in groups", "Tel. ", "+49 30 9018 " + "20771"),
    _make("local phone number", "phone: ", "(030) 9018" + "20771"),
    _make("social security number", "ssn=", "078-05-" + "1120"),
    _make("home path", "File /home/", "ada.lovelace", "/shop/main.py, line 3"),
    _make("home path of a Mac", "at /Users/", "grace.hopper", "/src/x.ts:3"),
    _make("home path of Windows", "at C:\\Users\\", "alan.turing", "\\src\\x.cs"),
    _make("user name", "connect(username='", "joanclarke", "')"),
    _make("IPv6 before a colon", "", "2001:db8:85a3::8a2e:370:7335", ": connection refused"),
    _make("IPv6 before a word", "peer ", "2001:db8:85a3::beef", ":failed"),
    _make("IPv6 in brackets", "dial tcp [", "2001:db8::1:2", "]:443: i/o timeout"),
    _make("IPv6 with all groups and a port", "from ", "2001:db8:85a3:0:0:8a2e:370:7336", ":51234"),
    _make("IPv6 as a host name", "Expected hostname (not IP) but got ", "2001:db8:ac10:fe01::12"),
    _make("IPv6 that an excerpt cut", "got ", "2001:db8:ac10:fe01:0:8a2e", "..."),
    _make("IPv4 as IPv6", "remote ", "::ffff:203.0.113.78", " closed"),
    _make("IPv4 behind NAT64", "remote ", "64:ff9b::c612:6407", " closed"),
]  # fmt: skip


def make_identifiers() -> list[str]:
    """Return identifiers as Cloud Run, git, databases and tracing print them; none of them is a secret."""
    chance = random.Random("identifiers")

    def hexadecimal(length: int) -> str:
        return "".join(chance.choices(_HEX, k=length))

    def lower(length: int) -> str:
        return "".join(chance.choices(string.ascii_lowercase + string.digits, k=length))

    def digits(length: int) -> str:
        return "1" + "".join(chance.choices(string.digits, k=length - 1))

    found: list[str] = []
    for _ in range(30):
        found += [
            f"commit {hexadecimal(40)}",
            f"at {hexadecimal(7)}",
            f"request {uuid.UUID(int=chance.getrandbits(128), version=4)} done",
            f"sha256:{hexadecimal(64)}",
            f"image europe-docker.pkg.dev/shop-prod/web/api@sha256:{hexadecimal(64)}",
            f"revision shop-api-{chance.randrange(1, 999):05d}-{lower(3)} is ready",
            f"trace projects/shop-prod/traces/{hexadecimal(32)} span {hexadecimal(16)}",
            f"insertId {hexadecimal(24)}",
            f"insertId {lower(14)}",
            f"instance 00{hexadecimal(120)}",
            f"md5 {hexadecimal(32)} of file",
            f'etag W/"{hexadecimal(16)}"',
            f"traceparent 00-{hexadecimal(32)}-{hexadecimal(16)}-01",
            f"pod shop-{hexadecimal(9)}-{lower(5)}",
            f"epoch {digits(10)} {digits(13)} {digits(16)} {digits(19)}",
            f"project number {digits(12)}",
            f"integrity sha512-{_base64(hexadecimal(64))}",
            f"event {''.join(chance.choices('0123456789ABCDEFGHJKMNPQRSTVWXYZ', k=26))}",
            f"at 2031-03-17T14:{chance.randrange(60):02d}:00.{digits(9)}Z",
            f"[2031-03-17 14:{chance.randrange(60):02d}:00 +{chance.choice(['0000', '1000', '0530'])}] [{chance.randrange(99)}] [CRITICAL] WORKER TIMEOUT (pid:{digits(3)})",
        ]
    return found
