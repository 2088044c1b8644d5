"""What worker processes note of the text of an entry, so that this process need not work it out.

A worker calls the functions that the analysis calls, and sends what they returned. The analysis puts it into
the memories of these functions, which find it there. What was not sent they work out themselves.
"""

from collections.abc import Iterable, Sequence

import msgspec

from triage.failures import (
    ERROR,
    NO_REASON,
    WEAK,
    Findings,
    Meanings,
    Statement,
    Wording,
    read_statement,
    read_text,
    read_wording,
)
from triage.models import Entry, Event, Immutable, Recognized
from triage.pipeline.compiled_packs import CompiledPacks
from triage.pipeline.failure_recognizer import FailureRecognizer, KnownText
from triage.pipeline.similar_texts import SimilarText, SimilarTexts
from triage.rules import RuleMatch
from triage.text import LONGEST_REMEMBERED, remember_texts

#: What is asked of the wording of an error that may explain a failure, and of what is no error yet.
_OF_CAUSES, _OF_WARNINGS = ("template", "restates"), ("template", "restates", "announces_retry")


class _StatementNotes(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What an entry says as a statement of its own.

    text: its text, "" if it is the message.
    reason: the reason that its payload gives.
    findings: what its wording says.
    is_heard: whether it may explain a failure, so that the packs were asked.
    """

    text: str
    reason: str
    findings: Findings
    is_heard: bool


class _Notes(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What was worked out of an entry's text.

    event: the rule that matches it, None for none.
    known: what the packs know of it, None for nothing, or where nobody asks.
    statement: what an application says with it, None for a line of the platform.
    """

    event: RuleMatch | None
    known: KnownText | None
    statement: _StatementNotes | None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Notes).decode


class TextNotes(Immutable):
    """Notes of entries: ``take`` them where an entry is read, ``learn`` them where it is analyzed."""

    def __init__(self, compiled: CompiledPacks, recognizer: FailureRecognizer) -> None:
        """Note what these say."""
        self._index, self._matcher, self._recognizer = compiled.index, compiled.matcher, recognizer
        self._new_meanings = Meanings(recognizer.recognize_statement, remembers=False)
        self._noted = remember_texts(_nothing)
        self._similar = SimilarTexts()

    def take(self, entries: Sequence[Entry]) -> list[bytes]:
        """Return the notes of each of some entries, NO_REASON or nothing for a text that was noted before.

        Like the analysis, it asks one thing of all entries before the next one, which takes half the time.
        As each text is new, what is found is not remembered here.
        """
        texts = [read_text(entry) for entry in entries]
        notes = dict[int, bytes]()
        new: list[tuple[Entry, str, str]] = []
        similar: list[SimilarText | None] = []
        for entry, (text, reason) in zip(entries, texts, strict=True):
            if self._is_new(entry, text, reason):
                found = self._similar.find(entry, text, reason)
                copied = found and found.copy_notes()
                if copied:
                    notes[id(entry)] = copied
                else:
                    new.append((entry, text, reason))
                    similar.append(found)
        for (entry, _, _), found, own in zip(new, similar, self._work_out(new), strict=True):
            notes[id(entry)] = own
            if found is not None:
                found.learn(own)
        return [
            notes.get(id(entry)) or (NO_REASON if text is entry.message and not reason else b"")
            for entry, (text, reason) in zip(entries, texts, strict=True)
        ]

    def _work_out(self, new: Sequence[tuple[Entry, str, str]]) -> list[bytes]:
        """Return the notes of entries with their texts and the reasons in these."""
        events = [self._matcher.match_once(entry) for entry, _, _ in new]
        said = [
            read_statement(self._new_meanings, entry, event, text, reason)
            for (entry, text, reason), event in zip(new, events, strict=True)
        ]
        heard = [statement is not None and statement.strength > WEAK for statement in said]
        known = [
            self._known_of(entry, event, statement, is_heard=is_heard)
            for (entry, _, _), event, statement, is_heard in zip(new, events, said, heard, strict=True)
        ]
        return [
            _encode(
                _Notes(
                    None if event is None else self._index.to_match(event),
                    self._recognizer.note(found, entry.message),
                    None if statement is None else _note(statement, is_heard=is_heard),
                )
            )
            for (entry, _, _), event, statement, is_heard, found in zip(
                new, events, said, heard, known, strict=True
            )
        ]

    def _known_of(
        self, entry: Entry, event: Event | None, statement: Statement | None, *, is_heard: bool
    ) -> Recognized | None:
        """Return what the packs know of what an entry says, or of the platform's line in it."""
        if statement is not None:
            return statement.meaning.recognized if is_heard else None
        return None if event is None else self._recognizer.recognize_entry(entry)

    def _is_new(self, entry: Entry, text: str, reason: str) -> bool:
        """Return whether an entry may have notes, and its text was not asked for before."""
        if entry.split is not None or len(entry.message) > LONGEST_REMEMBERED:
            return False
        return self._noted.learn(None, text, reason, entry.service, entry.log_name, entry.logger)

    def learn(self, entries: Iterable[Entry]) -> None:
        """Remember what was noted of some entries."""
        for entry in entries:
            if len(entry.notes) > len(NO_REASON):
                self._learn(entry, _decode(entry.notes))

    def _learn(self, entry: Entry, notes: _Notes) -> None:
        self._matcher.learn(entry, notes.event)
        said = notes.statement
        if said is None:
            if notes.event is not None:
                self._recognizer.learn_entry(entry, notes.known)
            return
        text = said.text or entry.message
        read_wording.learn(Wording(text, said.reason, said.findings), text, said.reason)
        if said.is_heard:
            meaning = Statement(self._recognizer.meanings, (entry,), text, (), said.reason).meaning
            meaning.learn(self._recognizer.restore(entry, notes.known))


def _note(statement: Statement, *, is_heard: bool) -> _StatementNotes:
    meaning = statement.meaning
    asked = () if not is_heard else _OF_CAUSES if meaning.level >= ERROR else _OF_WARNINGS
    return _StatementNotes(
        "" if meaning.text == statement.first.message else meaning.text,
        meaning.reason,
        meaning.wording.findings(*asked),
        is_heard,
    )


def _nothing(_text: str, _reason: str, _service: str, _log: str, _logger: str) -> None:
    """Return nothing: only what was asked for is remembered."""
