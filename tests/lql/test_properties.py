"""Properties of every filter and every entry."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.lql import reference, trees
from triage import lql
from triage.lql.tree import And, Anywhere, Comparison, Field, FieldPresence, Literal, Node, Not, Or, Query

few = settings(max_examples=examples(70), deadline=None)
pieces = st.sampled_from(
    ["a", "AND", "OR", "NOT", "-", "(", ")", '"x y"', '"', ":", "=", "!=", "=~", "*", ".", ",", "'", "--", "\n", " ",
     "severity", "textPayload", "jsonPayload.a", "thud", "log_id(", "SEARCH(", "cast(", "0.5", "+", "\\", "é", "{"]
)  # fmt: skip


@few
@given(trees.queries)
def test_a_formatted_tree_parses_to_the_same_tree(query: Query) -> None:
    assert lql.parse(lql.format(query)) == query


@few
@given(trees.queries, trees.entries)
def test_the_normal_form_matches_the_same_entries(query: Query, entry: Mapping[str, Any]) -> None:
    text = lql.format(query)
    assert lql.evaluate(query, entry) is lql.matcher(text)(entry)
    assert lql.format(lql.parse(text)) == text


@few
@given(
    st.lists(
        st.lists(
            st.lists(st.sampled_from(["a", "NOT b", "-c", "(d AND e)"]), min_size=1, max_size=3),
            min_size=1,
            max_size=3,
        ),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from([" AND ", " ", "\n"]),
)
def test_or_binds_tighter_than_and(groups: list[list[list[str]]], joint: str) -> None:
    bare = joint.join(joint.join(" OR ".join(terms) for terms in group) for group in groups)
    bracketed = " AND ".join(f"({' OR '.join(terms)})" for group in groups for terms in group)
    assert lql.parse(bare) == lql.parse(bracketed)


@few
@given(trees.nodes, trees.nodes, trees.entries)
def test_de_morgan_holds_with_missing_fields_too(one: Node, two: Node, entry: Mapping[str, Any]) -> None:
    def held(node: Node) -> bool:
        return lql.evaluate(Query(node), entry)

    assert held(Not(And((one, two)))) is held(Or((Not(one), Not(two))))
    assert held(Not(Or((one, two)))) is held(And((Not(one), Not(two))))
    assert held(Not(one)) is not held(one)


@few
@given(st.sampled_from([("jsonPayload", "a"), ("labels", "k")]), trees.literals, trees.entries)
def test_not_equal_needs_the_field_to_be_present(
    parts: tuple[str, ...], literal: Literal, entry: Mapping[str, Any]
) -> None:
    field = Field(parts)
    if lql.evaluate(Query(Comparison(field, "!=", literal)), entry):
        assert lql.evaluate(Query(FieldPresence(field)), entry)


@settings(max_examples=examples(150), deadline=None)
@given(trees.queries, trees.entries | trees.anything)
def test_evaluation_never_raises(query: Query, entry: Mapping[str, Any]) -> None:
    assert lql.evaluate(query, entry) in (True, False)


simple_fields = st.sampled_from(
    [("severity",), ("textPayload",), ("httpRequest", "status"), ("labels", "k"), ("jsonPayload", "a")]
).map(Field)
simple_literals = st.sampled_from(
    ["a", "B", "ab", "ERROR", "info", "5", "0", "2.5", "-1", "true", "FALSE", ""]
).map(Literal)
simple = trees.trees(
    st.builds(
        Comparison,
        simple_fields,
        st.sampled_from([*reference.ORDERS, ":"]),
        simple_literals | trees.trees(simple_literals),
    )
    | st.builds(Anywhere, simple_literals)
    | st.builds(FieldPresence, simple_fields)
)
simple_entries = st.fixed_dictionaries(
    {},
    optional={
        "severity": st.sampled_from(["DEFAULT", "INFO", "ERROR", "ALERT"]),
        "textPayload": st.sampled_from(["a", "AB", "", "5"]),
        "httpRequest": st.fixed_dictionaries({}, optional={"status": st.integers(0, 6)}),
        "labels": st.fixed_dictionaries({}, optional={"k": st.sampled_from(["a", "Error", "true"])}),
        "jsonPayload": st.fixed_dictionaries(
            {},
            optional={
                "a": st.sampled_from(["ab", 5, 2.5, True, False, None, "5", -1])
                | st.lists(st.sampled_from(["b", 5, True, None]), max_size=3)
            },
        ),
    },
)


@settings(max_examples=examples(200), deadline=None)
@given(simple, simple_entries)
def test_the_evaluator_agrees_with_the_reference_evaluator(node: Node, entry: Mapping[str, Any]) -> None:
    assert lql.evaluate(Query(node), entry) is reference.reference_matches(node, entry)


@settings(max_examples=examples(150), deadline=None)
@given(
    st.text(max_size=30)
    | st.lists(pieces, max_size=12).map(" ".join)
    | st.lists(pieces, max_size=12).map("".join)
)
def test_any_text_parses_or_is_rejected_with_a_position(text: str) -> None:
    refused = refusal(text)
    if refused is None:
        query = lql.parse(text)
        assert lql.parse(lql.format(query)) == query
        assert all(finding.end <= len(text) for finding in lql.lint(text))
        assert isinstance(lql.fix(text), str)
    else:
        assert 1 <= refused.line <= text.count("\n") + 1
        assert 1 <= refused.column <= len(text) + 1
        assert "\n" not in str(refused)
        assert refused.hint


def refusal(text: str) -> lql.FilterError | None:
    try:
        lql.parse(text)
    except lql.FilterError as error:
        return error
    return None


@few
@given(trees.queries, trees.entries)
def test_an_explanation_agrees_with_the_evaluation(query: Query, entry: Mapping[str, Any]) -> None:
    explained = lql.explain(query, entry)
    assert explained.held is lql.evaluate(query, entry)
    assert lql.explain(query).held is None
    assert "\x1b" not in str(explained)
