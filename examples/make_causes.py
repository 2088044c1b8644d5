"""Write docs/causes.md: every cause that triage names, for people who search for their error message.

It is made from the packs and the playbooks, and a test keeps it true. Running it again writes the same bytes:

    python -m examples.make_causes
"""

import re
from pathlib import Path

from triage.pipeline import ListedCause, list_causes, load_packs, playbook

CAUSES = Path(__file__).parents[1] / "docs" / "causes.md"
_HEAD = """# Causes

Every cause that `triage` can name, by kind: an example of the log line, what it means, the fix in one line and the page it
rests on. Words in capitals stand for what a log names. `triage explain CAUSE` shows the whole playbook, with its commands.
Names and ids in the examples are invented. This page is written by `python -m examples.make_causes`.
"""
#: Lines and characters of an example at most.
_MAX_LINES, _MAX_LINE = 4, 300
#: The first words of fixes that only restore service: the catalog names the fix of the cause.
_MITIGATIONS = ("Send traffic back", "Keep the traffic")
_MARKUP = re.compile(r"([\\<>*_\[\]|`])")
_NOT_IN_ANCHOR = re.compile(r"[^\w -]")


def describe_cause(cause: ListedCause) -> str:
    """Return the section of a cause in Markdown."""
    found = playbook(cause.playbooks[0])
    fixes = [fix.title for fix in found.fixes if not fix.symptom_fix]
    fix = next((title for title in fixes if not title.startswith(_MITIGATIONS)), fixes[0])
    means = (cause.cause.means if cause.cause is not None else found.means).strip()
    title = _MARKUP.sub(r"\\\1", cause.title)
    parts = [f"### {title}\n", f"`{cause.id}`\n"]
    if cause.example:
        parts.append(f"```text\n{cut_example(cause.example)}\n```\n")
    parts.append(f"{means}\n")
    page = f" ([documentation]({found.docs}))" if found.docs else ""
    parts.append(f"**Fix:** {fix}.{page}\n")
    return "\n".join(parts)


def cut_example(line: str) -> str:
    """Return the first lines of an example, each cut to a readable length."""
    lines = [text if len(text) <= _MAX_LINE else f"{text[:_MAX_LINE]} ..." for text in line.splitlines()]
    return "\n".join([*lines[:_MAX_LINES], *(["..."] if len(lines) > _MAX_LINES else [])]).replace(
        "```", "'''"
    )


def build_page() -> str:
    """Return the page."""
    kinds = list_causes(load_packs())
    index = [
        f"- [{kind.title}](#{_NOT_IN_ANCHOR.sub('', kind.title.lower()).replace(' ', '-')}) ({len(kind.causes)})"
        for kind in kinds
    ]
    sections = [
        "\n".join([f"## {kind.title}\n", *(describe_cause(cause) for cause in kind.causes)]) for kind in kinds
    ]
    return "\n".join([_HEAD, "\n".join(index) + "\n", *sections])


def main() -> None:
    """Write the page."""
    CAUSES.write_text(build_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
