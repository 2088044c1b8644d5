"""What the packs know of statements and of the failure points' own texts."""

from functools import lru_cache, partial
from typing import NamedTuple

from triage.failures import FailurePoint, Meaning, Meanings, Statement
from triage.models import Entry, Event, Immutable, Recognized
from triage.pipeline.compiled_packs import CompiledPacks
from triage.rules import RuleMatch, Speaker, said_by
from triage.text import remember_texts

#: Combinations of a rule and those beside it that are remembered.
_COMBINATIONS = 1024
#: What precedes a stack trace in the message of a failed deployment.
_TRACES = ("stack trace:", "Traceback (most recent")


class KnownText(NamedTuple):
    """What the packs know of a text, as one process tells it another one.

    Attributes:
        text: the text, or part of one, that a rule matches; "" for the message of the entry.
        match: the match.
        template: the title of the cause with its variable parts replaced, "" if it shows none.

    """

    text: str
    match: RuleMatch
    template: str


class FailureRecognizer(Immutable):
    """What the packs know of statements and of the failure points' own texts."""

    def __init__(self, compiled: CompiledPacks) -> None:
        """Use the matchers of packs."""
        self._causes = compiled.causes
        self._index = compiled.index
        self._match = compiled.failures.match_text
        self._may_refine = lru_cache(_COMBINATIONS)(self._is_refined_by)
        self._match_whole = compiled.whole_failures.match_text
        self._recognize_line = remember_texts(self._recognize_message)
        self.meanings = Meanings(self.recognize_statement)

    def recognize_statement(self, meaning: Meaning) -> Recognized | None:
        """Return what the packs know of a statement."""
        return self._recognized(self._find_event(meaning))

    def _find_event(self, meaning: Meaning) -> Event | None:
        """Return the event that knows a statement: by its decisive line, its lines, or the whole of it.

        A symptom beside an exception says nothing of that exception.
        """
        wording, causes = meaning.wording, self._causes
        match = partial(self._match, meaning.speaker)
        exception = wording.last_exception
        whole = causes.find(partial(self._match_whole, meaning.speaker), [exception])
        if whole is not None and causes.names_cause(whole):
            line = wording.decisive
            if not self._may_refine(whole.name, self._index.search_line(line, exception)):
                return whole
            return causes.refine_whole(whole, match, line)
        lines = [
            wording.decisive,
            exception,
            *(message for message in meaning.messages if message in exception),
        ]
        if '\\"' in wording.decisive:  # a message as another program quotes it
            lines.insert(1, wording.decisive.replace('\\"', '"'))
        known = causes.find(match, list(dict.fromkeys(lines)))
        if known is None or not causes.has_finer(known):
            is_beside = (
                known is not None and causes.is_symptom(known.name) and known.entry.message != lines[0]
            )
            return None if is_beside and wording.is_exception else known
        return causes.refine(known, match, meaning.text.split("\n"))

    def _is_refined_by(self, known: str, numbers: tuple[int, ...]) -> bool:
        """Return whether a rule of these numbers may say more of a whole statement than a known one."""
        return any(self._causes.may_refine(known, *self._index.rules[number]) for number in numbers)

    def _recognized(self, event: Event | None, template: str = "") -> Recognized | None:
        """Return what an event tells of the text that it was found in; ``template`` is that of its title."""
        if event is None:
            return None
        return self._causes.recognize_event(event, template) or Recognized(event, "")

    def recognize_point(self, point: FailurePoint) -> Recognized | None:
        """Return what the packs know of a failure point's own text.

        A deployment that failed while the code was loaded quotes the stack trace. The entry is left out.
        """
        entry = point.entry
        known = self._recognize_line(entry.message, _speaker(entry)) if point.event is not None else None
        if point.kind == "deployment" and any(name in entry.message for name in _TRACES):
            inner = Statement(self.meanings, (entry,), entry.message).meaning.recognized
            if inner is not None and inner.cause and not (inner.is_symptom or inner.event.failure):
                return inner
        return known

    def recognize_entry(self, entry: Entry) -> Recognized | None:
        """Return what the packs know of an entry's text."""
        known = self._recognize_line(entry.message, _speaker(entry))
        return known and known.said_in(entry)

    def note(self, known: Recognized | None, message: str) -> KnownText | None:
        """Return what the packs know of an entry with a message, as another process receives it."""
        if known is None:
            return None
        text = known.event.entry.message
        match = self._index.to_match(known.event)
        return KnownText("" if text == message else text, match, known.template)

    def restore(self, entry: Entry, note: KnownText | None) -> Recognized | None:
        """Return what another process found the packs to know of an entry, without the entry itself."""
        if note is None:
            return None
        said = said_by(_speaker(entry), note.text or entry.message)
        event = self._index.to_event(note.match, said, is_logger_known=bool(entry.logger))
        return self._recognized(event, note.template)

    def learn_entry(self, entry: Entry, note: KnownText | None) -> None:
        """Remember what another process found the packs to know of an entry's text."""
        self._recognize_line.learn(self.restore(entry, note), entry.message, _speaker(entry))

    def _recognize_message(self, message: str, speaker: Speaker) -> Recognized | None:
        """Return what the packs know of a message, by the origin of its entry only."""
        return self._recognized(self._causes.find(partial(self._match, speaker), [message]))


def _speaker(entry: Entry) -> Speaker:
    """Return the service, the log and the logger of an entry."""
    return entry.service, entry.log_name, entry.logger
