"""Random filters and entries, small enough that they often match."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from triage.lql.tree import (
    And,
    Anywhere,
    Call,
    Comparison,
    Field,
    FieldPresence,
    Literal,
    Node,
    Not,
    Or,
    Query,
    Value,
)

WORDS = [
    "a",
    "b",
    "ab",
    "A",
    "error",
    "ERROR",
    "5",
    "-5",
    "2.5",
    "true",
    "x y",
    'q"',
    "b\\",
    "é",
    "",
    "*",
    "AND",
    "1s",
]
TIMES = ["2025-09-16", "2025-09-16T18:00:00Z", "2025-09-16T20:00:00.5+02:00", "soon"]
FIELDS = [
    ("severity",),
    ("textPayload",),
    ("timestamp",),
    ("insertId",),
    ("traceSampled",),
    ("httpRequest", "status"),
    ("httpRequest", "latency"),
    ("labels", "k"),
    ("labels", "a.b/c"),
    ("jsonPayload", "a"),
    ("jsonPayload", "a", "b"),
    ("jsonPayload", "NOT"),
    ("protoPayload", "a"),
]

texts = st.sampled_from(WORDS + TIMES) | st.text(max_size=4)
literals = st.builds(Literal, texts) | st.just(Literal("NULL_VALUE", null=True))
strings = st.builds(Literal, texts)
patterns = st.builds(Literal, st.sampled_from(["a", "^a", "b$", "(?i)error", "\\d", 'q"', "\\\\", "a|b"]))
fields = st.builds(Field, st.sampled_from(FIELDS))


def join(kind: type[And] | type[Or], parts: list[Any]) -> Any:
    """Return the parts joined as the parser joins them: nested ones flattened."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))]
    return kind(tuple(flat))


def trees(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return And, Or and Not over some leaves."""

    def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        several = st.lists(inner, min_size=2, max_size=3)
        return (
            st.builds(Not, inner)
            | several.map(lambda parts: join(And, parts))
            | several.map(lambda parts: join(Or, parts))
        )

    return st.recursive(leaves, grown, max_leaves=5)


values: st.SearchStrategy[Value] = literals | trees(literals)
comparisons = st.builds(
    Comparison, fields, st.sampled_from(["=", "!=", "<", "<=", ">", ">=", ":"]), values
) | st.builds(Comparison, fields, st.sampled_from(["=~", "!~"]), patterns | trees(patterns))
calls = st.sampled_from(
    [
        Call("log_id", (Literal("run.googleapis.com/stderr"),)),
        Call("source", (Literal("projects/p"),)),
        Call("search", (Literal("error `a b`"),)),
        Call("search", (Field(("jsonPayload", "a")), Literal("b"))),
        Call("ip_in_net", (Field(("httpRequest", "remoteIp")), Literal("10.0.0.0/8"))),
        Call("sample", (Field(("insertId",)), Literal("1"))),
    ]
)
casts = st.builds(
    Comparison,
    st.sampled_from(
        [
            Call("cast", (Field(("jsonPayload", "a")), Literal("INT64"))),
            Call(
                "cast", (Field(("timestamp",)), Literal("STRING"), Call("timezone", (Literal("Asia/Tokyo"),)))
            ),
            Call(
                "regexp_extract",
                (Field(("textPayload",)), Literal("(\\w)\\.")),
            ),
            Call(
                "cast",
                (Call("regexp_extract", (Field(("textPayload",)), Literal("(\\d)"))), Literal("INT64")),
            ),
        ]
    ),
    st.sampled_from(["=", "!=", "<", ":"]),
    literals,
)
nodes: st.SearchStrategy[Node] = trees(
    comparisons | st.builds(Anywhere, literals) | st.builds(FieldPresence, fields) | calls | casts
)
queries = st.builds(Query, nodes | st.none())

scalars = st.none() | st.booleans() | st.integers(-6, 6) | st.floats() | texts
plain_data = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
payloads = st.dictionaries(
    st.sampled_from(["a", "b", "NOT", "@type", "value", "error"]), plain_data, max_size=3
)


def _optional(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Mapping[str, Any]]:
    return st.fixed_dictionaries({}, optional=keys)


#: Entries mostly in the forms of the API.
entries = _optional(
    severity=st.sampled_from(["DEFAULT", "INFO", "ERROR", "CRITICAL", "error"]) | scalars,
    timestamp=st.sampled_from(TIMES),
    insertId=texts,
    textPayload=texts,
    traceSampled=st.booleans(),
    logName=st.sampled_from(["projects/p/logs/run.googleapis.com%2Fstderr", "folders/1/logs/x"]),
    httpRequest=_optional(
        status=st.integers(0, 6) | scalars, latency=st.sampled_from(["1s", "0.5s", "x"]), remoteIp=texts
    ),
    labels=st.dictionaries(st.sampled_from(["k", "a.b/c"]), texts, max_size=2),
    jsonPayload=payloads,
    protoPayload=payloads,
)
#: Any JSON value under the names of an entry.
anything = st.dictionaries(st.sampled_from([field[0] for field in FIELDS]) | texts, plain_data, max_size=4)
