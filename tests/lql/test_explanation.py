"""Explanations of filters in words."""

from triage import lql

FILTER = """
resource.type="cloud_run_revision"
severity>=ERROR
timestamp<"2025-09-16T00:00:00Z"
(textPayload:("timeout" OR NOT "retry") OR jsonPayload.message=~"Phase \\\\d")
NOT labels.env="dev"
httpRequest.status>=500
log_id("run.googleapis.com/stderr")
ip_in_net(httpRequest.remoteIp, "10.0.0.0/8")
SEARCH(textPayload, "pool `timed out`") SEARCH("x")
sample(insertId, 1) source(projects/p)
jsonPayload.context:* trace!="x" anything
"""


def test_a_filter_is_explained_in_words() -> None:
    assert str(lql.explain(lql.parse(FILTER))).splitlines() == [
        "all of these hold:",
        '  resource.type is "cloud_run_revision"',
        '  severity is at least "ERROR"',
        '  timestamp is before "2025-09-16T00:00:00Z"',
        "  one of these holds:",
        "    one of these holds:",
        '      textPayload contains "timeout"',
        "      this does not hold:",
        '        textPayload contains "retry"',
        '    jsonPayload.message matches the regular expression "Phase \\\\d"',
        "  this does not hold:",
        '    labels.env is "dev"',
        '  httpRequest.status is at least "500"',
        '  the entry is of the log "run.googleapis.com/stderr"',
        '  httpRequest.remoteIp is an address or range inside of "10.0.0.0/8"',
        '  textPayload has every word and `phrase` of "pool `timed out`"',
        '  the entry has every word and `phrase` of "x"',
        '  insertId has a value, and its hash falls into the fraction "1"',
        '  the entry is of "projects/p" itself, not of what is below it',
        "  jsonPayload.context is present",
        '  trace is there and is not "x"',
        '  any field is or contains "anything"',
    ]


def test_an_explanation_shows_what_held_and_the_values_of_the_entry() -> None:
    entry = {"severity": "INFO", "textPayload": "a Timeout", "jsonPayload": {"n": [1, 2]}}
    query = lql.parse(
        "severity>=ERROR OR textPayload:timeout jsonPayload.n>1 -labels.env=dev trace=x cast(textPayload, "
        "INT64)>1"
    )
    assert str(lql.explain(query, entry)).splitlines() == [
        "no   all of these hold:",
        "yes    one of these holds:",
        'no       severity is at least "ERROR"   ["INFO"]',
        'yes      textPayload contains "timeout"   ["a Timeout"]',
        'yes    jsonPayload.n is above "1"   [1, 2]',
        "yes    this does not hold:",
        'no       labels.env is "dev"   [missing]',
        'no     trace is "x"   [unset: compared as ""]',
        'no     cast(textPayload, INT64) is above "1"   [no value]',
    ]


def test_an_empty_filter_matches_every_entry() -> None:
    assert str(lql.explain(lql.parse(""))) == "every entry matches"
    assert lql.explain(lql.parse(""), {}).held is True


def test_shown_values_are_one_line_truncated_and_sanitized() -> None:
    entry = {"textPayload": "\x1b[31m\n" + "x" * 5000}
    (line,) = str(lql.explain(lql.parse("textPayload:x"), entry)).splitlines()
    assert "\x1b" not in line
    assert len(line) < 300


def test_a_missing_value_differs_from_null() -> None:
    query = lql.parse("jsonPayload.a=NULL_VALUE")
    assert (
        str(lql.explain(query, {"jsonPayload": {"a": None}})) == "yes  jsonPayload.a is NULL_VALUE   [null]"
    )
    assert lql.explain(query, {"jsonPayload": {}}).found == "missing"


def test_a_value_that_a_payload_may_hold_as_a_number_is_compared_whole() -> None:
    words = str(lql.explain(lql.parse('jsonPayload.a:5 jsonPayload.b:true jsonPayload.c:"x" labels.d:5')))
    assert words.splitlines()[1:] == [
        '  jsonPayload.a is or contains "5"',
        '  jsonPayload.b is or contains "true"',
        '  jsonPayload.c contains "x"',
        '  labels.d contains "5"',
    ]


def test_a_presence_test_compares_nothing() -> None:
    assert str(lql.explain(lql.parse("trace:*"), {})) == "no   trace is present   [unset]"
