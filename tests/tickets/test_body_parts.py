"""A long body is split into self-contained comments without loss."""

from hypothesis import given, settings
from hypothesis import strategies as st

from triage.tickets.body_parts import split_body

BLOCKS = st.one_of(
    st.text(alphabet="abc \n", max_size=200),
    st.integers(1, 6).map(lambda level: "#" * level + " heading"),
    st.text(alphabet="x\n", max_size=300).map(lambda text: f"```\n{text}\n```"),
    st.text(alphabet="y\n", max_size=300).map(
        lambda text: f"<details>\n<summary>fold</summary>\n\n{text}\n\n</details>"
    ),
)


def bodies() -> st.SearchStrategy[str]:
    return st.lists(BLOCKS, max_size=30).map("\n\n".join)


@settings(deadline=None)
@given(bodies())
def test_parts_fit_the_limit_and_close_fences_and_folds(body: str) -> None:
    for part in split_body(body, 400):
        assert len(part) <= 400
        assert part.count("<details>") == part.count("</details>")
        assert sum(line.startswith("```") for line in part.splitlines()) % 2 == 0


@settings(deadline=None)
@given(bodies())
def test_parts_keep_every_word_in_order(body: str) -> None:
    def words(text: str) -> str:
        return "".join(character for character in text if character in "abcxy#")

    joined = "".join(part.replace("<summary>continued</summary>", "") for part in split_body(body, 400))
    kept = words(joined.replace("details", "").replace("summary", ""))
    assert kept == words(body.replace("details", "").replace("summary", ""))


def test_short_body_is_one_part() -> None:
    assert split_body("# Short\n\ntext\n") == ["# Short\n\ntext\n"]


def test_part_ends_before_a_heading() -> None:
    body = "# One\n\n" + "a " * 120 + "\n\n# Two\n\n" + "b " * 120
    assert [part.split("\n")[0] for part in split_body(body, 400)] == ["# One", "# Two"]
