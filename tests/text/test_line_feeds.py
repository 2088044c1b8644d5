"""Line feeds of a block are found wherever they stand."""

from hypothesis import given
from hypothesis import strategies as st

from triage.text import find_line_feeds


@given(st.lists(st.sampled_from([b"\n", b"\r", b"{", b"\xc3\xa4", b"a" * 40, b"\x00"])))
def test_each_line_feed_is_found_in_order(parts: list[bytes]) -> None:
    data = b"".join(parts)
    assert find_line_feeds(data) == [at for at, byte in enumerate(data) if byte == 10]
