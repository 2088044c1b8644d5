"""Parsing, formatting and rejecting filters."""

import pytest

from triage import lql
from triage.errors import ExitStatus
from triage.lql.tree import And, Anywhere, Call, Comparison, Field, Literal, Or, Span, find_fields, walk


def refused(text: str) -> lql.FilterError:
    with pytest.raises(lql.FilterError) as caught:
        lql.parse(text)
    return caught.value


def test_every_node_has_its_span() -> None:
    text = 'severity>=ERROR\n(textPayload:"a" OR -b)'
    root = lql.parse(text).root
    assert isinstance(root, And)
    assert root.span == Span(0, len(text))
    comparison, either = root.parts
    assert isinstance(comparison, Comparison)
    assert text[comparison.span.start : comparison.span.end] == "severity>=ERROR"
    assert isinstance(either, Or)
    assert [text[part.span.start : part.span.end] for part in either.parts] == ['textPayload:"a"', "-b"]


def test_a_tree_can_be_walked_with_its_values_and_nested_calls() -> None:
    query = lql.parse('cast(regexp_extract(textPayload, "(a)"), INT64) = (1 OR 2) AND labels.k:* x')
    seen = [type(node).__name__ for node in walk(query.root)]
    assert seen == [
        "And",
        "Comparison",
        "Call",
        "Call",
        "Or",
        "Literal",
        "Literal",
        "FieldPresence",
        "Anywhere",
    ]
    assert [field.parts for field in find_fields(query.root)] == [("textPayload",), ("labels", "k")]


def test_nodes_are_equal_regardless_of_position_and_quoting() -> None:
    assert lql.parse('  severity = "ERROR"') == lql.parse("SEVERITY=ERROR -- here")
    assert lql.parse("severity=ERROR") != lql.parse("severity=error")


def test_nested_and_and_or_are_flattened() -> None:
    root = lql.parse("(a AND (b AND c)) d").root
    assert isinstance(root, And)
    assert root.parts == tuple(Anywhere(Literal(word)) for word in "abcd")


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("a b OR -c", '"a" AND ("b" OR NOT "c")'),
        ("NOT (a b)", 'NOT ("a" AND "b")'),
        ("severity >= ERROR", 'severity>="ERROR"'),
        ("httpRequest.status>500", "httpRequest.status>500"),
        ('labels."a/b":x', 'labels."a/b":"x"'),
        ("jsonPayload.a=(1 OR NULL_VALUE)", "jsonPayload.a=(1 OR NULL_VALUE)"),
        ('textPayload=~"a\\.b\\"c"', 'textPayload=~"a\\\\.b\\"c"'),
        ('textPayload:"a\\nb"', 'textPayload:"a\\nb"'),
        ('search(textPayload,"x")', 'SEARCH(textPayload, "x")'),
        ('CAST(timestamp,string,timezone("UTC")):"2025"', 'cast(timestamp, STRING, TIMEZONE("UTC")):2025'),
        ("source(projects/p)", 'source("projects/p")'),
        ("-- nothing", ""),
    ],
)  # fmt: skip
def test_every_filter_has_one_normal_form(text: str, normal: str) -> None:
    assert lql.format(lql.parse(text)) == normal


def test_logentry_names_are_normalized_and_payload_keys_are_not() -> None:
    root = lql.parse("RESOURCE.Labels.Zone_Name:*").root
    assert [field.parts for field in find_fields(root)] == [("resource", "labels", "Zone_Name")]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("timestamp>=2025-09-16T18:00:00Z", "PowerShell"),
        ("# note: a, b", "a comment begins with --, not with #"),
        ("textPayload='a:\"b'", "write strings in double quotes"),
        ("severity==ERROR", "one ="),
        ("severity<>ERROR", "!="),
        ("severity=>ERROR", ">="),
        ("textPayload~=a", "=~"),
        ("insertId=a:b", '"a:b"'),
        ("a,b", '"a,b"'),
        ("textPayload:err*", 'field:"part"'),
        ('textPayload:"a', "not closed"),
        ("(a OR b", "not closed"),
        ("a)", "no opening one"),
        ("a OR", "between two comparisons"),
        ("severity>=", "ends where a value"),
        ("\\d", "special characters"),
        ("thud=1", "field of LogEntry"),
        ("operation.thud=1", "operation has no field 'thud'"),
        ("# VPC: flows\na", "a comment begins with --, not with #"),
        ("# a (b --c)\nseverity=ERROR", "a comment begins with --, not with #"),
        ('jsonPayload.a="\n# b" c:d', "field of LogEntry"),
        ('labels."a/b"~"c"', "a regular expression match is written =~"),
        ('insertId IN ("a", "b")', "joined by OR: field=(A OR B)"),
        ("severity=(ERROR, CRITICAL)", "joined by OR: field=(A OR B)"),
        ('resource.label.a="x"', "write resource.labels"),
        ("service_name=api", "resource.labels.service_name"),
        ("message:x", "write textPayload, or jsonPayload.message"),
        ("log_level=ERROR", "write severity, or jsonPayload.level"),
        ("payload.a=1", "write jsonPayload"),
        ("http.status>=500", "write httpRequest"),
        ("httpRequest.url:x", "write httpRequest.requestUrl"),
        ("httpRequest.statusCode=500", "write httpRequest.status"),
        ("httpRequest.latency.seconds>5", 'httpRequest.latency>"1.5s"'),
        ("sourceLocation.lines=5", "write sourceLocation.line"),
        ("resourse.type=a", "write resource"),
        ('metric.type="a"', "Cloud Monitoring, another language"),
        ('labels.a=starts_with("x")', 'write field=~"^text"'),
        ("timestamp>now()", "--freshness=1h"),
        ('lower(textPayload)="x"', "ignore case"),
        ("f(x)", "a space between a search term and a parenthesis"),
        ("a .b", "a path has no spaces"),
        ("severity\u00a0=ERROR", "not an ordinary one"),
        ("jsonPayload.a=-b", '"-b"'),
        ("log_id(textPayload, b)", 'write log_id("LOG_ID")'),
        ('cast(jsonPayload.a, INT64, TIMEZONE())="1"', 'TIMEZONE("America/New_York")'),
        ('ip_in_net(labels.ip, log_id("x"))', "SUBNET"),
        ('regexp_extract(textPayload, abc)="a"', "REGULAR (EXPRESSION)"),
        ("sample(cast(insertId, STRING), 1)", "sample(FIELD, FRACTION)"),
        ("cast(timestamp, STRING):*", "a field in front of :*"),
        ("textPayload=~cast(insertId, STRING)", "in double quotes"),
    ],
)
def test_a_syntax_error_has_a_hint(text: str, hint: str) -> None:
    assert hint in refused(text).hint


def test_a_syntax_error_is_one_line_in_googles_words_with_the_position() -> None:
    error = refused("severity=ERROR\nAND insertId = abc:def")
    assert (error.line, error.column, error.status) == (2, 19, ExitStatus.USAGE)
    assert str(error) == (
        "Unparseable filter: syntax error at line 2, column 19, token ':' (near: erity=ERROR AND insertId = "
        "abc^:def)"
        '; put text with special characters in double quotes: "abc:def"'
    )


def test_an_oversized_filter_is_rejected() -> None:
    assert "nested too deeply" in str(refused("(" * 61 + "a" + ")" * 61))
    assert "too long" in str(refused("a " * 600_000))
    assert lql.parse("(" * 60 + '"((("' + ")" * 60) == lql.parse('"((("')


def test_a_wide_filter_is_read_and_evaluated() -> None:
    matches = lql.matcher(" OR ".join(f"insertId=x{number}" for number in range(500)))
    assert matches({"insertId": "x499"})
    assert not matches({"insertId": "x500"})


def test_an_argument_position_decides_between_field_and_value() -> None:
    root = lql.parse("sample(insertId, 0.25)").root
    assert root == Call("sample", (Field(("insertId",)), Literal("0.25")))


def test_sample_below_1_is_rejected_offline() -> None:
    with pytest.raises(lql.FilterError, match="known to Cloud Logging only"):
        lql.matcher("severity=ERROR OR sample(insertId, 0.5)")
    assert lql.lint("sample(insertId, 0.5)")
