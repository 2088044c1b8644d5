"""Log text in Markdown stays text, for two independent parsers."""

import html
import re

import cmarkgfm
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.examples import examples
from triage.text import cell, clean, code, fence, prose

OTHER = MarkdownIt("gfm-like", {"html": True, "linkify": True})
ATTACKS = [
    "```\n# heading\n```", "`", "``", "a`b``c```", "` `", " a ", "  ", "", "|", "\\|", "\\\\|", "a|b\\", "[x](http://e.example)",
    "![x](http://e.example/i.png)", "<img src=x onerror=alert(1)>", "</code></pre><script>", "<!-- hidden -->", "@octocat @org/team",
    "#12 GH-1 0123456789abcdef0123456789abcdef01234567", "\r\n\r\n# x", "\n\n> quote", "~~~\nx\n~~~", "www.example.com", "a@b.example",
    "\u2028# x", "&lt;b&gt;", "$$x$$", "- [ ] task", "\t code", "</details>", "\\`", "`\\", "```mermaid\ngraph TD\n```", "| --- |",
]  # fmt: skip
pieces = st.sampled_from(
    [*ATTACKS, "`", "```", "\n", "\r", "|", "\\", "<", ">", "@", "#", "*", "_", "[", "]", "(", ")", "!", " "]
)
hostile = st.one_of(
    st.lists(pieces, max_size=8).map("".join),
    st.text(st.characters(exclude_categories=[])),
    st.sampled_from(ATTACKS),
)
CALM = settings(max_examples=examples(150), deadline=None)


def rendered(markdown: str) -> str:
    return str(cmarkgfm.github_flavored_markdown_to_html(markdown))


def tags(markdown: str) -> set[str]:
    return set(re.findall(r"<(/?[a-z!][a-z0-9-]*)", rendered(markdown)))


def kinds(markdown: str) -> set[str]:
    tokens = OTHER.parse(markdown)
    return {token.type for token in tokens} | {
        child.type for token in tokens for child in token.children or []
    }


def shown(text: str) -> str:
    """Return what a reader sees of a log text, the mark that keeps a mention quiet taken off."""
    return html.unescape(text).replace("@\u200b", "@")


def one_line(text: str) -> str:
    return clean(re.sub(r"\r\n?", "\n", text)).replace("\n", "\\n").replace("\t", " ")


@given(hostile)
@CALM
def test_code_is_one_span_with_the_whole_text(text: str) -> None:
    markdown = f"before {code(text)} after"
    assert tags(markdown) == {"p", "/p", "code", "/code"}
    assert kinds(markdown) == {"paragraph_open", "inline", "paragraph_close", "text", "code_inline"}
    inside = re.fullmatch(r"<p>before <code>(.*)</code> after</p>\n", rendered(markdown), re.DOTALL)
    assert inside
    assert shown(inside[1]).strip() == one_line(text).strip()


@given(hostile)
@CALM
def test_code_at_line_start_opens_no_block(text: str) -> None:
    assert tags(code(text)) == {"p", "/p", "code", "/code"}
    assert kinds(code(text)) == {"paragraph_open", "inline", "paragraph_close", "code_inline"}


@given(hostile)
@CALM
@example("```\n````")
def test_log_text_cannot_close_a_fence(text: str) -> None:
    markdown = f"{fence(text)}\n\nafter"
    assert tags(markdown) == {"pre", "/pre", "code", "/code", "p", "/p"}
    assert kinds(markdown) == {"fence", "paragraph_open", "inline", "paragraph_close", "text"}
    assert rendered(markdown).endswith("</code></pre>\n<p>after</p>\n")


@given(hostile, hostile)
@CALM
@example("\\|", "`\\")
def test_cell_stays_in_its_column_with_the_whole_text(first: str, second: str) -> None:
    markdown = f"| a | b | c |\n| --- | --- | --- |\n| {cell(first)} | {cell(second)} | last |\n"
    body = rendered(markdown).partition("<tbody>")[2]
    cells = re.findall(r"<td>(.*?)</td>", body, re.DOTALL)
    assert len(cells) == 3
    for text, got in zip((first, second), cells, strict=False):
        assert shown(re.fullmatch(r"<code>(.*)</code>", got, re.DOTALL)[1]).strip() == one_line(text).strip()  # type: ignore[index]
    assert cells[2] == "last"
    assert kinds(markdown) <= {
        "table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close",
        "th_open", "th_close", "td_open", "td_close", "inline", "text", "code_inline",
    }  # fmt: skip


@given(hostile)
@CALM
def test_no_mention_remains_in_the_source(text: str) -> None:
    for markdown in (code(text), cell(text), fence(text)):
        assert not re.search(r"@[A-Za-z0-9]", markdown)


def test_exact_fence_keeps_the_text() -> None:
    assert fence('protoPayload.@type="x"', exact=True) == '```\nprotoPayload.@type="x"\n```'


@pytest.mark.parametrize("language", ["", "bash"])
def test_fence_has_its_language(language: str) -> None:
    assert fence("a\r\nb\n\n", language) == f"```{language}\na\nb\n```"


@given(hostile)
@CALM
@example("1. one")
@example("- one")
@example("+ one = ===")
@example("see www.example.com, GH-1, #2, a@b.example and 0123abc")
@example("'`a' \"b`\"")
def test_prose_with_any_log_text_is_one_paragraph(text: str) -> None:
    markdown = prose(text)
    assert tags(markdown) <= {"p", "/p", "code", "/code"}
    assert kinds(markdown) <= {"paragraph_open", "inline", "paragraph_close", "text", "code_inline"}
    outside = re.sub(r"<code>.*?</code>", "", rendered(markdown), flags=re.DOTALL)
    assert not re.search(r"[@#<>*_`\\[\]|]", re.sub("</?p>|&[a-z]+;", "", outside))
    words = one_line(text).split()
    assert shown(re.sub("<[^>]*>", "", rendered(markdown))).split() == [
        word for part in words for word in part.split()
    ]


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ('It didn\'t start: "no route" (3 of 5, 1.5 s).', 'It didn\'t start: "no route" (3 of 5, 1.5 s).'),
        ("No module named 'shop.app', so it exits.", "No module named '`shop.app`', so it exits."),
        ("Failed services: [redis]", "Failed services: `[redis]`"),
        ("it called exit(3).", "it called `exit(3)`."),
        ("users pay $5 for <b>", "users pay `$5` for `<b>`"),
        ("", ""),
    ],
)
def test_prose_keeps_plain_words_and_codes_names(text: str, markdown: str) -> None:
    assert prose(text) == markdown


def test_number_before_a_bracket_is_code_at_the_beginning_only() -> None:
    assert prose("12 (8 with 503)") == "12 (8 with 503)"
    assert prose("503) is a mark of a list") == "`503)` is a mark of a list"
