"""Sentences that quote log text in Markdown."""

import re

import cmarkgfm
from hypothesis import given
from hypothesis import strategies as st

from triage.rendering.escape import markdown_prose

pieces = st.sampled_from(
    ["`", "``", " ", "a", "|", "<b>", "@x", ".", ")", "(", "*", "[x](http://e.example)", "\n"]
)


def test_words_in_backticks_are_one_code_span() -> None:
    assert markdown_prose("The last line was `> node app.js`.") == "The last line was `> node app.js`."
    assert markdown_prose("It read `a  b` and `c`, once") == "It read `a  b` and `c`, once"


@given(st.lists(pieces, max_size=12).map("".join))
def test_sentence_with_any_backticks_stays_one_paragraph_of_text_and_code(text: str) -> None:
    shown = str(cmarkgfm.github_flavored_markdown_to_html(f"before {markdown_prose(text)} after"))
    assert set(re.findall(r"<(/?[a-z]+)", shown)) <= {"p", "/p", "code", "/code"}
    outside = re.sub(r"<code>.*?</code>", "", shown, flags=re.DOTALL)
    assert not re.search(r"[@*`\[\]|]", outside)
