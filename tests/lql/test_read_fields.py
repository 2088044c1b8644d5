"""Which fields a filter reads: no other field changes its answer."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings

from tests.examples import examples
from tests.lql import trees
from triage import lql
from triage.lql.read_fields import read_fields
from triage.lql.tree import Query


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", []),
        ("severity>=ERROR", ["severity"]),
        ("SEVERITY>=ERROR AND NOT http_request.status=200", ["httpRequest", "severity"]),
        ('jsonPayload.a=(1 OR 2) OR resource.labels."a-b":*', ["jsonPayload", "resource"]),
        ('log_id("stderr") AND source(projects/p)', ["logName"]),
        ('regexp_extract(textPayload, "a(b)")="b"', ["textPayload"]),
        (r'cast(regexp_extract(textPayload, "(\d+)"), INT64)>5', ["textPayload"]),
        ('regexp_extract(cast(timestamp, STRING, TIMEZONE("Asia/Tokyo")), "(..)")="20"', ["timestamp"]),
        ("sample(insertId, 1)", ["insertId"]),
    ],
)
def test_fields_of_a_filter_are_named_as_in_the_api(text: str, fields: list[str]) -> None:
    assert sorted(read_fields(text) or ()) == fields


@pytest.mark.parametrize(
    "text", ["timeout", 'severity=ERROR OR "a"', 'SEARCH("a")', 'SEARCH(textPayload, "a")']
)
def test_search_may_read_every_field(text: str) -> None:
    assert read_fields(text) is None


def test_invalid_filter_is_an_error() -> None:
    with pytest.raises(lql.FilterError):
        read_fields("severity==ERROR")


@settings(max_examples=examples(70), deadline=None)
@given(trees.queries, trees.entries)
def test_other_fields_do_not_change_the_answer(query: Query, entry: Mapping[str, Any]) -> None:
    fields = read_fields(lql.format(query))
    if fields is not None:
        reduced = {name: value for name, value in entry.items() if name in fields}
        assert lql.evaluate(query, reduced) is lql.evaluate(query, entry)
