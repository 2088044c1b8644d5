"""User templates: available names and the sandbox."""

import re
from collections.abc import Callable
from pathlib import Path

import cmarkgfm
import pytest

from triage.errors import IOFailureError, UsageError
from triage.models import Diagnosis, Timeline
from triage.rendering.markdown_report import render_report

Document = tuple[Diagnosis, Timeline]
Poison = Callable[[Document, Callable[[str], str]], Document]


def test_user_template_is_filled(gate: Document, tmp_path: Path) -> None:
    own = tmp_path / "own.md.j2"
    own.write_text(
        "{% for one in incidents %}* {{ one.incident.cause }}: {{ one.title }}\n{% endfor %}{{ "
        "report.coverage }}"
    )
    assert render_report(*gate, template=str(own)).startswith(
        "* `gate-header-check`: The readiness middleware refused"
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ diagnosis.__class__.__mro__ }}", "unsafe"),
        ("{{ diagnosis.verdict|safe }}", "No filter named 'safe'"),
        ("{{ diagnosis.verdict|e }}", "No filter named 'e'"),
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{{ md('# x') }}", "'md' is undefined"),
        ("one\n{% if %}", "own.md:2: "),
        ("{% include '../pyproject.toml' %}", "pyproject.toml"),
        ("{{ range(10**9)|list }}", "Range too big"),
        ("{{ incidents.append(1) }}", "unsafe"),
    ],
)
def test_user_template_runs_in_a_sandbox(gate: Document, tmp_path: Path, source: str, expected: str) -> None:
    own = tmp_path / "own.md"
    own.write_text(source)
    with pytest.raises(UsageError, match=re.escape(expected)):
        render_report(*gate, template=str(own))


def test_log_text_in_a_user_template_is_code(gate: Document, poisoned: Poison, tmp_path: Path) -> None:
    own = tmp_path / "own.md"
    own.write_text("{{ incidents[0].incident.evidence[1].message }} {{ [incidents[0].incident.title]|join }}")
    text = render_report(*poisoned(gate, lambda text: text + "<b>*x*"), template=str(own))
    assert re.fullmatch(
        r"<p><code>.*</code> <code>.*</code></p>\n", str(cmarkgfm.github_flavored_markdown_to_html(text))
    )


def test_missing_template_is_reported_with_the_available_names(gate: Document) -> None:
    with pytest.raises(IOFailureError, match="one of ticket, remediation, postmortem, summary, or a file"):
        render_report(*gate, template="no-such-file.md")


def test_blank_lines_are_kept_in_fences_and_collapsed_elsewhere(gate: Document, tmp_path: Path) -> None:
    own = tmp_path / "own.md"
    own.write_text("a\n\n\n\n{{ 'x\\n\\n\\ny'|fence }}\n\n\n")
    assert render_report(*gate, template=str(own)) == "a\n\n```\nx\n\n\ny\n```\n"
