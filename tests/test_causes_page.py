"""docs/causes.md is what its program writes, and lists every cause once."""

import re

import cmarkgfm

from examples.make_causes import CAUSES, build_page
from triage.pipeline import list_causes, load_packs

PAGE = CAUSES.read_text(encoding="utf-8")


def test_page_is_what_its_program_writes() -> None:
    assert build_page() == PAGE, "run python -m examples.make_causes"


def test_every_cause_is_listed_once() -> None:
    listed = re.findall(r"^### .*\n\n`([\w-]+)`$", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted(cause.id for kind in list_causes(load_packs()) for cause in kind.causes)
    for kind in list_causes(load_packs()):
        assert len({cause.id for cause in kind.causes}) == len(kind.causes)


def test_links_of_the_index_lead_to_a_heading() -> None:
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    }
    assert set(re.findall(r"^- \[.*\]\(#([\w-]+)\)", PAGE, re.MULTILINE)) == headings


def test_examples_are_shown_as_text() -> None:
    shown = cmarkgfm.github_flavored_markdown_to_html(PAGE)
    assert set(re.findall(r"</?([a-z0-9]+)", shown)) <= {
        "h1",
        "h2",
        "h3",
        "p",
        "code",
        "pre",
        "ul",
        "li",
        "a",
        "strong",
        "em",
    }
    assert "<!--" not in shown
