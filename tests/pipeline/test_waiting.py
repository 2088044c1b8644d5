"""Reading from a pipe waits a second at a time, so that Ctrl-C is noticed whenever it comes."""

import io
import os
import select
from typing import Any

import pytest

from triage.files.waiting import read_when_ready


def test_wait_for_a_pipe_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal just before a wait is handled between two waits."""
    reading, writing = os.pipe()
    wait: Any = select.select
    waits: list[float] = []

    def count(*arguments: Any) -> Any:
        waits.append(arguments[-1])
        if len(waits) == 3:
            os.write(writing, b"a line\n")
        return wait(*arguments[:-1], 0)

    monkeypatch.setattr(select, "select", count)
    with os.fdopen(reading, "rb") as stream:
        assert read_when_ready(stream, 1 << 20) == b"a line\n"
        os.close(writing)
        assert read_when_ready(stream, 1 << 20) == b""
    assert len(waits) == 4
    assert 0 < max(waits) <= 1


@pytest.mark.parametrize("stream", [io.BytesIO(b"a line\n"), io.BufferedReader(io.BytesIO(b"a line\n"))])
def test_stream_in_memory_is_read_at_once(stream: Any) -> None:
    assert [read_when_ready(stream, 4), read_when_ready(stream, 4), read_when_ready(stream, 4)] == [
        b"a li",
        b"ne\n",
        b"",
    ]
