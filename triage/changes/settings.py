"""Current settings of a service, as the commands of playbooks use them."""

import re

from triage.changes.specification import Specification

_SETTINGS = {
    "memory": "memory",
    "timeout": "request timeout",
    "instances": "max instances",
    "concurrency": "concurrency",
}
#: The longest request timeout of Cloud Run, in seconds.
_LONGEST_TIMEOUT = 3600
_AMOUNT = re.compile(r"(\d{1,9})([A-Za-z]{0,2})", re.ASCII)


def current_settings(specification: Specification) -> dict[str, str]:
    """Return the settings by the names of placeholders.

    current_memory, doubled_memory, halved_concurrency and so on.
    """
    found: dict[str, str] = {}
    for name, item in _SETTINGS.items():
        value = specification.get(item)
        amount = _AMOUNT.fullmatch(value) if value else None
        if amount is None:
            continue
        number, unit = int(amount[1]), amount[2]
        found[f"current_{name}"] = f"{number}{unit}"
        if name == "concurrency":
            found["halved_concurrency"] = str(max(1, number // 2))
        else:
            doubled = min(2 * number, max(number, _LONGEST_TIMEOUT)) if name == "timeout" else 2 * number
            found[f"doubled_{name}"] = f"{doubled}{unit}"
    return found
