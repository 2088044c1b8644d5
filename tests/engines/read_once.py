"""Read small files as a table or Spark is read: each record once, and only if it may matter.

A local file is read again around failures, and a small one is decoded whole. ``python -m tests.engines.read_once``
runs a command without both.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from triage import cli


@contextmanager
def read_once() -> Iterator[None]:
    """Read each file once inside the block."""
    runner = "triage.pipeline.analysis_runner"
    with (
        patch(f"{runner}.is_small", lambda _sources: False),
        patch(f"{runner}.can_be_read_again", lambda _sources: False),
    ):
        yield


if __name__ == "__main__":
    with read_once():
        sys.exit(cli.main())
