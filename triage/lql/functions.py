"""Compile the functions of the language.

Wrong arguments are reported before any entry is read.
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

from triage.lql.case_folding import fold_case
from triage.lql.casts import CAST_KINDS, make_cast
from triage.lql.errors import FilterError
from triage.lql.fields import LOG_ENTRY, Kind, bind_field
from triage.lql.paths import Entry, Getter, list_scalars, make_getter
from triage.lql.re2_translation import RegexError
from triage.lql.regex import compile_regex
from triage.lql.search import Search
from triage.lql.signatures import FUNCTIONS
from triage.lql.tree import Argument, Call, Field, Literal
from triage.lql.values import to_double

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network
    from zoneinfo import ZoneInfo

EntryTest = Callable[[Entry], bool]
_SOURCE = re.compile(r"(organizations|folders|projects|billingAccounts)/[^/\s]+", re.IGNORECASE)
_SAMPLED = (Kind.STRING, Kind.INT32, Kind.INT, Kind.JSON, Kind.PROTO)


def compile_function_test(call: Call, text: str) -> EntryTest:
    """Return the test of entries for a Boolean function.

    Raises:
        FilterError: an argument is invalid, or the value of the function has to be compared.

    """
    match call.name:
        case "log_id":
            return _compile_log_id(call)
        case "source":
            return _compile_source(call, text)
        case "sample":
            return _compile_sample(call, text)
        case "ip_in_net":
            return _compile_ip_in_net(call, text)
        case "search":
            return _compile_search(call, text)
        case _:
            hint = f"compare it: {FUNCTIONS[call.name].usage} = VALUE"
            raise _call_error(f"{call.name} is neither true nor false by itself", hint, call, text)


def compile_function_value(call: Call, text: str) -> tuple[Kind, Getter]:
    """Return the kind and the value reader of a function.

    The reader returns no value where the function fails.

    Raises:
        FilterError: an argument is invalid, or the function is Boolean.

    """
    if FUNCTIONS[call.name].test:
        hint = "write it without an operator, with NOT in front for the contrary"
        raise _call_error(f"{call.name} is true or false by itself", hint, call, text)
    return _compile_cast(call, text) if call.name == "cast" else _compile_regexp_extract(call, text)


def _compile_log_id(call: Call) -> EntryTest:
    wanted = fold_case(unquote(_text_argument(call, 0)))

    def test(entry: Entry) -> bool:
        name = entry.get("logName")
        if not isinstance(name, str):
            return False
        return fold_case(unquote(name.partition("/logs/")[2])) == wanted

    return test


def _compile_source(call: Call, text: str) -> EntryTest:
    resource = _text_argument(call, 0)
    if not _SOURCE.fullmatch(resource):
        hint = "write source(projects/PROJECT_ID), source(folders/ID) or source(organizations/ID)"
        raise _call_error(f"source does not know {resource!r}", hint, call, text)
    start = fold_case(f"{resource}/logs/")

    def test(entry: Entry) -> bool:
        name = entry.get("logName")
        return isinstance(name, str) and fold_case(name).startswith(start)

    return test


def sample_fraction(call: Call) -> float:
    """Return the fraction of a ``sample`` call; 0.0 without one."""
    return to_double(_text_argument(call, 1)) or 0.0


def _compile_sample(call: Call, text: str) -> EntryTest:
    if not 0 < sample_fraction(call) <= 1:
        raise _call_error("sample takes a fraction above 0.0 and up to 1.0", "write it like 0.25", call, text)
    path = bind_field(_field_argument(call), text)
    if path.kind not in _SAMPLED:
        raise _call_error("sample takes a field that is a string or a number", "insertId is one", call, text)
    read = make_getter(path)
    return lambda entry: any(isinstance(value, str | int | float) for value in read(entry))


def _compile_ip_in_net(call: Call, text: str) -> EntryTest:
    subnet = _parse_network(_text_argument(call, 1))
    if subnet is None:
        hint = "write it like 10.0.0.0/8 or 2001:db8::/32"
        raise _call_error(f"no IP address or range: {_text_argument(call, 1)!r}", hint, call, text)
    read = make_getter(bind_field(_field_argument(call), text))

    def test(entry: Entry) -> bool:
        return any(_contains_network(_parse_network(value), subnet) for value in read(entry))

    return test


def _parse_network(value: object) -> "IPv4Network | IPv6Network | None":
    from ipaddress import ip_network

    try:
        return ip_network(value, strict=False) if isinstance(value, str) else None
    except ValueError:
        return None


def _contains_network(inner: "IPv4Network | IPv6Network | None", outer: "IPv4Network | IPv6Network") -> bool:
    if inner is None or inner.version != outer.version:
        return False
    return inner.network_address in outer and inner.prefixlen >= outer.prefixlen


def _compile_search(call: Call, text: str) -> EntryTest:
    search = Search(_text_argument(call, len(call.arguments) - 1))
    if not search.tokens and not search.phrases:
        raise _call_error("SEARCH has nothing to look for", 'write a word: SEARCH("timeout")', call, text)
    if len(call.arguments) == 1:
        return lambda entry: search.matches(
            [leaf for _, leaf in list_scalars(entry, LOG_ENTRY) if isinstance(leaf, str)]
        )
    path = bind_field(_field_argument(call), text)
    read = make_getter(path)

    def test(entry: Entry) -> bool:
        texts = (leaf for value in read(entry) for _, leaf in list_scalars(value, path.type))
        return search.matches([leaf for leaf in texts if isinstance(leaf, str)])

    return test


def _compile_cast(call: Call, text: str) -> tuple[Kind, Getter]:
    name = _text_argument(call, 1)
    if name not in CAST_KINDS:
        raise _call_error(
            f"cast does not know the type {name}", f"it knows {', '.join(CAST_KINDS)}", call, text
        )
    source, read = _compile_argument(call.arguments[0], text)
    convert = make_cast(source, CAST_KINDS[name], _find_zone(call, text))

    def values(entry: Entry) -> Sequence[object]:
        return [made for value in read(entry) if (made := convert(value)) is not None]

    return CAST_KINDS[name], values


def _find_zone(call: Call, text: str) -> "ZoneInfo | None":
    option = call.arguments[2] if len(call.arguments) > 2 else None
    if not isinstance(option, Call):
        return None
    from zoneinfo import ZoneInfo

    name = _text_argument(option, 0)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        hint = "write a name of the IANA time zone database, such as America/Los_Angeles"
        raise _call_error(f"no time zone {name!r}", hint, call, text) from error


def _compile_regexp_extract(call: Call, text: str) -> tuple[Kind, Getter]:
    try:
        regex = compile_regex(_text_argument(call, 1))
    except RegexError as error:
        raise _call_error(str(error), "RE2 syntax: github.com/google/re2/wiki/Syntax", call, text) from error
    if regex.groups != 1:
        hint = "write one group to extract, (?:...) for every other"
        raise _call_error(f"regexp_extract takes one group, not {regex.groups}", hint, call, text)
    _, read = _compile_argument(call.arguments[0], text)

    def values(entry: Entry) -> Sequence[object]:
        found = (regex.capture(value) for value in read(entry) if isinstance(value, str))
        return [group for group in found if group is not None]

    return Kind.STRING, values


def _compile_argument(argument: Argument, text: str) -> tuple[Kind | None, Getter]:
    if isinstance(argument, Call):
        return compile_function_value(argument, text)
    path = bind_field(_as_field(argument), text)
    return path.kind, make_getter(path)


def _field_argument(call: Call) -> Field:
    return _as_field(call.arguments[0])


def _as_field(argument: Argument) -> Field:
    if not isinstance(argument, Field):
        raise TypeError(f"no field: {argument}")
    return argument


def _text_argument(call: Call, index: int) -> str:
    argument = call.arguments[index]
    if not isinstance(argument, Literal):
        raise TypeError(f"no literal: {argument}")
    return argument.text


def _call_error(what: str, hint: str, call: Call, text: str) -> FilterError:
    return FilterError(what, hint, text=text, offset=call.span.start)
