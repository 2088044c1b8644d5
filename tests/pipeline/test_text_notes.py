"""What a worker process notes of a text is what this process would have worked out itself."""

from types import ModuleType
from typing import Any

import pytest
from msgspec.structs import replace

from tests.failures.entries import decoded, packs, printed, request, system
from triage.failures import NO_REASON, Findings, Statement, Wording, is_output, read_text, statements, wording
from triage.failures.points import SAID, failure_kind
from triage.failures.statements import StatementBuilder
from triage.models import Entry
from triage.pipeline.compiled_packs import CompiledPacks
from triage.pipeline.failure_recognizer import FailureRecognizer
from triage.pipeline.text_notes import TextNotes, _decode
from triage.text import templates

STACK = 'Traceback (most recent call last):\n  File "/srv/shop/cart.py", line 4, in total\n    pay()\n'


class Process:
    """What one process has in its memories."""

    def __init__(self) -> None:
        """Begin with empty memories."""
        compiled = CompiledPacks(packs())
        self.matcher, self.recognizer = compiled.matcher, FailureRecognizer(compiled)
        self.notes = TextNotes(compiled, self.recognizer)
        self.index = compiled.index

    def take(self, entry: Entry) -> bytes:
        """Return the notes of an entry."""
        return self.notes.take([entry])[0]

    def hear(self, entry: Entry) -> Statement | None:
        """Return what an application says with an entry."""
        builder, event = StatementBuilder(self.recognizer.meanings), self.matcher.match(entry)
        if is_output(entry) and failure_kind(entry, event) in SAID:
            builder.observe(entry, event)
        return next(iter(builder.flush()), None)


@pytest.fixture(scope="module")
def texts() -> list[Entry]:
    """Return entries with the texts of every rule, as an application and as the platform writes them."""
    said = [hit for pack in packs() for rule in pack.rules for hit in rule.hits[:1]]
    return [
        *(decoded(printed(0, text, severity="ERROR")) for text in said[::3]),
        *(decoded(printed(0, text)) for text in said[1::3]),
        *(decoded(system(0, text)) for text in said[2::3]),
    ]


def test_this_process_says_the_same_with_notes_and_without(texts: list[Entry]) -> None:
    worker, told, alone = Process(), Process(), Process()
    for entry in texts:
        if notes := worker.take(entry):
            told.notes.learn([replace(entry, notes=notes)])
        assert told.matcher.match(entry) == alone.matcher.match(entry)
        assert told.recognizer.recognize_entry(entry) == alone.recognizer.recognize_entry(entry)
        heard, expected = told.hear(entry), alone.hear(entry)
        assert (heard is None) == (expected is None)
        if heard is not None and expected is not None:
            assert heard.meaning.recognized == expected.meaning.recognized
            assert heard.meaning.weight == expected.meaning.weight


def test_wording_says_the_same_with_notes_and_without(texts: list[Entry]) -> None:
    worker = Process()
    noted = set[str]()
    for entry in texts:
        notes = worker.take(entry)
        said = _decode(notes).statement if len(notes) > 1 else None
        if said is not None:
            noted |= said.findings.keys()
            alone = Wording(said.text or entry.message, said.reason)
            assert said.findings == {name: getattr(alone, name) for name in said.findings}
    assert noted == Findings.__annotations__.keys()


def test_told_process_tries_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = decoded(printed(0, f"{STACK}KeyError: 'price'", severity="ERROR"))
    worker, told = Process(), Process()
    told.notes.learn([replace(entry, notes=worker.take(entry))])

    def fail(*_arguments: Any) -> None:
        raise AssertionError("a rule is tried")

    monkeypatch.setattr(told.index, "search", fail)
    assert told.matcher.match(entry) is not None
    heard = told.hear(entry)
    assert heard is not None
    assert heard.meaning.recognized is not None


def hear_told(text: str, monkeypatch: pytest.MonkeyPatch, *forbidden: tuple[ModuleType, str]) -> Statement:
    """Return what a process hears in a text that a worker noted, without calling some functions."""
    entry = decoded(printed(0, text, severity="ERROR"))
    worker, told = Process(), Process()
    notes = worker.take(entry)

    def fail(text: str) -> None:
        raise AssertionError(f"worked out again: {text}")

    for module, name in forbidden:
        monkeypatch.setattr(module, name, fail)
    told.notes.learn([replace(entry, notes=notes)])
    heard = told.hear(entry)
    assert heard is not None
    return heard


def test_told_process_works_out_no_template(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{STACK}ValueError: order 7101 has no price"
    heard = hear_told(text, monkeypatch, (templates, "_template_of_line"))
    assert heard.template == "ValueError: order <n> has no price"
    assert heard.meaning.recognized is not None
    assert heard.meaning.recognized.template.endswith(heard.template)


def test_told_process_reads_no_statement_again(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{STACK}ValueError: order 7101 has no price"
    heard = hear_told(text, monkeypatch, (wording, "open_statement"), (wording, "find_decisive_line"))
    assert heard.decisive == "ValueError: order 7101 has no price"


def test_what_was_noted_before_is_not_noted_again() -> None:
    process = Process()
    entry = decoded(printed(0, "could not reach the stock", severity="ERROR"))
    other = decoded(printed(9, "could not reach the stock", severity="ERROR"))
    assert (len(process.take(entry)) > 1, process.take(other)) == (True, NO_REASON)


def test_each_reason_of_one_message_is_noted() -> None:
    process = Process()
    for error in ("ValueError: no price", "KeyError: 'price'"):
        entry = decoded(printed(0, {"message": "order failed", "error": f"{STACK}{error}"}, severity="ERROR"))
        noted = _decode(process.take(entry)).statement
        assert noted is not None
        assert noted.findings["decisive_line"].text == error


def test_payload_without_a_reason_is_searched_for_one_only_where_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = Process()
    first, again = [
        decoded(printed(second, {"message": "order failed", "user": 7}, severity="ERROR"))
        for second in range(2)
    ]
    process.take(first)
    again = replace(again, notes=process.take(again))

    def fail(_raw: bytes) -> bool:
        raise AssertionError("a payload is searched again")

    monkeypatch.setattr(statements, "may_give_reason", fail)
    assert read_text(again) == ("order failed", "")


def test_payload_with_a_reason_is_read_again_where_its_text_was_noted_before() -> None:
    process = Process()
    first, again = [
        decoded(printed(second, {"message": "order failed", "error": "no price"}, severity="ERROR"))
        for second in range(2)
    ]
    process.take(first)
    assert read_text(replace(again, notes=process.take(again))) == ("order failed\nno price", "no price")


def test_part_of_an_entry_has_no_notes() -> None:
    part = printed(0, "order failed", split={"uid": "a", "index": 0, "totalSplits": 2})
    assert Process().take(decoded(part)) == NO_REASON


def test_failed_request_is_known_without_trying_a_rule() -> None:
    entry = decoded(
        request(0, status=503, text="The request was aborted because there was no available instance.")
    )
    notes = _decode(Process().take(entry))
    assert notes.statement is None
    assert notes.known is not None
