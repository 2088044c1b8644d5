"""Quantities of Kubernetes and protobuf: equal amounts get equal texts."""

import re
from decimal import Decimal, InvalidOperation

_UNITS = {
    "": 1,
    "k": 10**3,
    "K": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 1 << 10,
    "Mi": 1 << 20,
    "Gi": 1 << 30,
    "Ti": 1 << 40,
}
_BYTES = re.compile(r"(\d{1,18}(?:\.\d{1,9})?)\s?([kKMGT]i?)?", re.ASCII)


def memory_bytes(text: str) -> int | None:
    """Return the bytes of "512Mi", None where the text is no amount of memory."""
    match = _BYTES.fullmatch(text.strip())
    if match is None or (match[2] or "") not in _UNITS:
        return None
    return int(Decimal(match[1]) * _UNITS[match[2] or ""])


def memory(text: str) -> str:
    """Return an amount of memory in the largest unit that divides it: "1024Mi" is "1Gi"."""
    amount = memory_bytes(text)
    if not amount:
        return text
    for unit in ("Ti", "Gi", "Mi", "Ki"):
        if amount % _UNITS[unit] == 0:
            return f"{amount // _UNITS[unit]}{unit}"
    return str(amount)


def millicores(text: str) -> int | None:
    """Return the thousandths of a CPU of "1" or "1000m", None where the text is neither."""
    try:
        amount = Decimal(text.removesuffix("m")) * (1 if text.endswith("m") else 1000)
    except InvalidOperation:
        return None
    return int(amount) if amount.is_finite() and abs(amount) < 10**9 else None


def cpu(text: str) -> str:
    """Return CPUs as a number where they are whole, else in thousandths: "1000m" is "1"."""
    amount = millicores(text)
    if amount is None:
        return text
    return f"{amount}m" if amount % 1000 else str(amount // 1000)


def seconds(value: str | float) -> str:
    """Return a duration ("300s", "300.0s", 300) as "300s"."""
    try:
        amount = Decimal(str(value).removesuffix("s"))
    except InvalidOperation:
        return str(value)
    if not amount.is_finite() or abs(amount) >= 10**9:
        return str(value)
    whole = int(amount)
    return f"{whole}s" if whole == amount else f"{amount.normalize():f}s"


def magnitude(item: str, text: str | None) -> int | None:
    """Return a number by which two values of an item compare.

    Bytes, thousandths of CPUs, seconds or a count.
    """
    amount = (text or "").partition(" ")[0]
    if item == "cpu":
        return millicores(amount)
    if re.fullmatch(r"\d{1,9}(?:\.\d+)?s", amount, re.ASCII):
        return int(Decimal(amount[:-1]))
    return memory_bytes(amount)
