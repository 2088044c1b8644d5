"""The end of a JSON value is found without parsing it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from triage.reading.json_buffer import find_value_end

VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), st.text('ab"\\{}[],: \n')),
    lambda inner: st.lists(inner) | st.dictionaries(st.text('k"{]\\'), inner),
).filter(lambda value: isinstance(value, list | dict))


@given(value=VALUES, indent=st.sampled_from([None, 1]), after=st.text('{}[]",: '))
def test_end_of_a_value_is_found_whatever_follows(value: object, indent: int | None, after: str) -> None:
    text = json.dumps(value, indent=indent).encode()
    assert find_value_end(b"[" + text + after.encode(), 1) == len(text) + 1


@given(value=VALUES, missing=st.integers(1, 20))
def test_cut_value_has_no_end(value: object, missing: int) -> None:
    text = json.dumps(value).encode()
    assert find_value_end(text[: max(len(text) - missing, 1)], 0) == -1
