"""Read the values of an entry at the end of a path, and everywhere."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from triage.lql.fields import Kind, Path, Type, normalize_name

Entry = Mapping[str, Any]
#: Return the values at a path of an entry: none if missing, several with an array on the way.
Getter = Callable[[Entry], Sequence[object]]
_ABSENT = object()
#: The fields of an AuditLog that are structs. Source: the page "AuditLog" of the Cloud Logging API reference.
_STRUCTS = ("request", "response", "metadata", "resourceoriginalstate")


def make_getter(path: Path) -> Getter:
    """Return the function that reads a path of an entry.

    An unset field with a default reads as its default.
    """
    keys, absent = path.keys, () if path.default is None else (path.default,)
    messages = range(path.fixed, _struct_start(path)) if path.type is Kind.PROTO else ()
    steps = tuple((key, _proto_step if index in messages else _step) for index, key in enumerate(keys))
    nullable = len(keys) > path.fixed

    def read(entry: Entry) -> Sequence[object]:
        found: object = entry
        for index, (key, step) in enumerate(steps):
            if type(found) is list:
                return tuple(_expand_arrays(found, steps[index:]))
            found = step(found, key)
            if found is _ABSENT:
                return absent
        if type(found) is list:
            return tuple(_expand_arrays(found, ()))
        return absent if found is None and not nullable else (found,)

    return read


def _struct_start(path: Path) -> int:
    """Return the number of keys down to the first struct, whose own keys match exactly."""
    inside = path.keys[path.fixed : path.fixed + 1]
    return path.fixed + 1 if inside and normalize_name(inside[0]) in _STRUCTS else len(path.keys)


Steps = Sequence[tuple[str, Callable[[object, str], object]]]


def _expand_arrays(found: list[object], steps: Steps) -> Iterator[object]:
    """Yield the values at the end of the path for each member of an array.

    Arrays may be nested to any depth.
    """
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
    """Step into a protocol buffer message.

    Names match in any case. The ``value`` of an Any is entered implicitly, never by name.
    """
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
    """Yield every scalar below a value with its kind; keys are not values."""
    waiting = [(value, kind)]
    while waiting:
        value, kind = waiting.pop()
        if isinstance(value, Mapping | list):
            waiting += list_members(value, kind)
        elif value is not None:
            yield kind if isinstance(kind, Kind) else Kind.JSON, value


def list_members(value: Mapping[str, object] | list[object], kind: Type) -> list[tuple[object, Type]]:
    """Return the members of a message, a map or an array with their types."""
    if isinstance(value, list):
        return [(item, kind) for item in value]
    if isinstance(kind, Kind):
        inner = Kind.STRING if kind is Kind.MAP else kind
        return [(item, inner) for item in value.values()]
    return [(item, kind.get(key, Kind.JSON)) for key, item in value.items()]
