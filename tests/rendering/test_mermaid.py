"""The diagram of the readiness chain holds safe names only."""

import re

from hypothesis import given
from hypothesis import strategies as st

from triage.models import Step
from triage.rendering import mermaid


@given(st.text(min_size=2))
def test_only_safe_names_reach_a_diagram(name: str) -> None:
    drawn = mermaid.chain_flowchart(
        [
            Step(step="check", check=name, outcome="failed"),
            Step(step="check", check="redis", outcome="passed"),
        ]
    )
    assert re.match(
        r'flowchart LR\n  c1\["(?:[a-z][a-z0-9_]*|check 1): FAILED"\]:::failed\n  c2\["redis: passed"\]:::passed\n',
        drawn,
    )


def test_steps_without_a_check_are_not_drawn() -> None:
    assert (
        mermaid.chain_flowchart(
            [Step(step="started", outcome="seen"), Step(step="x", check="redis", outcome="seen")]
        )
        == ""
    )
