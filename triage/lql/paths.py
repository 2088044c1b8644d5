"""What an entry holds at the end of a path, and everywhere."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from triage.lql.fields import Kind, Path, Type, normalize_name

Entry = Mapping[str, Any]
#: Returns the values at a place of an entry: none where it is missing, several where an array lies on the way.
Getter = Callable[[Entry], Sequence[object]]
_ABSENT = object()


def make_getter(path: Path) -> Getter:
    """Return the function that reads the path. A defaulted field that is unset reads as its default."""
    keys, absent = path.keys, () if path.default is None else (path.default,)
    steps = tuple((key, _proto_step if path.type is Kind.PROTO and place >= path.fixed else _step)
                  for place, key in enumerate(keys))  # fmt: skip
    nullable = len(keys) > path.fixed

    def read(entry: Entry) -> Sequence[object]:
        found: object = entry
        for place, (key, step) in enumerate(steps):
            if type(found) is list:
                return tuple(_expand_arrays(found, steps[place:]))
            found = step(found, key)
            if found is _ABSENT:
                return absent
        if type(found) is list:
            return tuple(_expand_arrays(found, ()))
        return absent if found is None and not nullable else (found,)

    return read


Steps = Sequence[tuple[str, Callable[[object, str], object]]]


def _expand_arrays(found: list[object], steps: Steps) -> Iterator[object]:
    """Follow the rest of the path in each member of an array, however deeply arrays are nested."""
    waiting: list[tuple[object, Steps]] = [(member, steps) for member in reversed(found)]
    while waiting:
        value, rest = waiting.pop()
        if isinstance(value, list):
            waiting += [(member, rest) for member in reversed(value)]
        elif value is not _ABSENT and rest:
            key, step = rest[0]
            waiting.append((step(value, key), rest[1:]))
        elif value is not _ABSENT:
            yield value


def _step(found: object, key: str) -> object:
    if type(found) is dict or isinstance(found, Mapping):
        return found.get(key, _ABSENT)
    return _ABSENT


def _proto_step(found: object, key: str) -> object:
    """Step into a protocol buffer message: names in any case, and through the ``value`` of an Any, never by name."""
    if not isinstance(found, Mapping):
        return _ABSENT
    if "@type" in found and "value" in found and key != "@type":
        return _proto_step(found["value"], key)
    if key in found:
        return found[key]
    return next(
        (value for name, value in found.items() if normalize_name(str(name)) == normalize_name(key)), _ABSENT
    )


def list_scalars(value: object, kind: Type) -> Iterator[tuple[Kind, object]]:
    """Return every scalar in a value with what it is compared as; keys are no values."""
    waiting = [(value, kind)]
    while waiting:
        value, kind = waiting.pop()
        if isinstance(value, Mapping | list):
            waiting += list_members(value, kind)
        elif value is not None:
            yield kind if isinstance(kind, Kind) else Kind.JSON, value


def list_members(value: Mapping[str, object] | list[object], kind: Type) -> list[tuple[object, Type]]:
    """Return what a message, a map or an array holds, each with its type."""
    if isinstance(value, list):
        return [(item, kind) for item in value]
    if isinstance(kind, Kind):
        inner = Kind.STRING if kind is Kind.MAP else kind
        return [(item, inner) for item in value.values()]
    return [(item, kind.get(key, Kind.JSON)) for key, item in value.items()]
