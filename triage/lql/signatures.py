"""The signatures of the language's functions, from Google's page."""

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """The role of an argument."""

    FIELD = "a field"
    #: A field, or cast or regexp_extract of one.
    VALUE = "a field, cast(...) or regexp_extract(...)"
    TEXT = "a value"
    #: A value that needs double quotes.
    STRING = "a string in double quotes"
    PATTERN = "a regular expression in double quotes"
    TYPE = "a type"
    OPTION = 'TIMEZONE("...")'


@dataclass(frozen=True)
class Signature:
    """How a function is called.

    Attributes:
        usage: the call as the documentation writes it.
        forms: the roles of the arguments, one tuple per accepted form.
        test: whether the function is Boolean; otherwise its value is compared.

    """

    usage: str
    forms: tuple[tuple[Role, ...], ...]
    test: bool = True


FUNCTIONS = {
    "log_id": Signature('log_id("LOG_ID")', ((Role.TEXT,),)),
    "source": Signature("source(projects/PROJECT_ID)", ((Role.TEXT,),)),
    "sample": Signature("sample(FIELD, FRACTION)", ((Role.FIELD, Role.TEXT),)),
    "ip_in_net": Signature('ip_in_net(FIELD, "SUBNET")', ((Role.FIELD, Role.TEXT),)),
    "search": Signature(
        'SEARCH("QUERY") or SEARCH(FIELD, "QUERY")', ((Role.STRING,), (Role.FIELD, Role.STRING))
    ),
    "cast": Signature(
        'cast(FIELD, TYPE[, TIMEZONE("ZONE")])',
        ((Role.VALUE, Role.TYPE), (Role.VALUE, Role.TYPE, Role.OPTION)),
        test=False,
    ),
    "regexp_extract": Signature(
        'regexp_extract(FIELD, "REGULAR (EXPRESSION)")', ((Role.VALUE, Role.PATTERN),), test=False
    ),
}
#: Not a function by itself: the option of cast.
TIMEZONE = Signature('TIMEZONE("America/New_York")', ((Role.TEXT,),), test=False)
