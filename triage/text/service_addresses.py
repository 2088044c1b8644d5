"""The addresses that Cloud Run gives to services."""

import re

_PATTERN = (
    r"(?:[a-z0-9-]{1,46}?---)?(?P<service>[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)-"
    r"(?:[a-z0-9]{6,14}-[a-z]{2,3}\.a|\d{6,19}\.(?P<region>[a-z]+-[a-z]+\d{1,2}))\.run\.app"
)
#: TAG---SERVICE-HASH-REGION.a.run.app and TAG---SERVICE-NUMBER.REGION.run.app; the tag may be absent. A hash
#: has ten characters, others where an export was anonymized.
#: Source: https://cloud.google.com/run/docs/triggering/https-request#deterministic
SERVICE_HOST = re.compile(_PATTERN, re.ASCII)
_IN_TEXT = re.compile(rf"(?<![\w.-]){_PATTERN}\b", re.ASCII)


def named_services(text: str) -> set[str]:
    """Return the Cloud Run services whose addresses a text names."""
    return {found["service"] for found in _IN_TEXT.finditer(text)} if ".run.app" in text else set()
