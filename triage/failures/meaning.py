"""What statements mean, worked out once for all that have the same text and the same speaker."""

from collections.abc import Callable
from functools import partial

from triage.failures.levels import ERROR, NOTICE, UNKNOWN, WARNING
from triage.failures.wording import Wording, lazy, read_wording
from triage.models import Immutable, Recognized
from triage.text import remember_texts

#: How much a statement weighs: an error, a complaint, output on stderr, other output, an access log.
STRONG, COMPLAINT, OUTPUT, WEAK, ACCESS = 3, 2, 1, 0, -1
#: Tenths of a strength by which statements of one strength differ in weight.
TENTH = 10

#: Who says something: the service, the log, the logger, and the severity that the entry gives, None for none.
Speaker = tuple[str, str, str, int | None]


class Meaning(Immutable):
    """A text, who said it, and what that means.

    Attributes:
        text: the text of the statement.
        reason: what a structured payload gives as the reason, "" if nothing.
        messages: the messages of its entries.
        speaker: the service, the log, and the logger of the entry with the decisive line.
        wording: what the text says by itself.

    """

    def __init__(
        self,
        recognize: "Recognizer | None",
        text: str,
        reason: str,
        messages: tuple[str, ...] | None,
        speaker: Speaker,
    ) -> None:
        """Take a text and its speaker; ``recognize`` gives what the packs know of it.

        messages: the messages of its entries, None for one that is the text.
        """
        self._recognize = recognize
        self.text, self.reason = text, reason
        self.messages = (text,) if messages is None else messages
        self.speaker, self._named_level = speaker[:3], speaker[3]
        self.wording: Wording = read_wording(text, reason)

    @lazy
    def recognized(self) -> Recognized | None:
        """Return what the packs know of it, without the entry that holds the text."""
        return self._recognize(self) if self._recognize is not None else None

    def learn(self, known: Recognized | None) -> None:
        """Take from another process what the packs know of it."""
        self.__dict__["recognized"] = known

    @lazy
    def level(self) -> int:
        """Return its severity, 0 where neither Cloud Logging nor its own words name one.

        The severity of Cloud Logging or of the logger's prefix goes before what the words say.
        """
        return self.wording.level if self._named_level is None else self._named_level

    @lazy
    def is_retried(self) -> bool:
        """Return whether it is no error yet: it says that what failed is tried again."""
        return self.level < ERROR and self.wording.announces_retry

    @lazy
    def strength(self) -> int:
        """Return how much it weighs as a cause: one of the constants above."""
        wording, level = self.wording, self.level
        if wording.is_access:
            return ACCESS
        if 0 < level < WARNING and not (level == NOTICE and wording.is_exception):
            return WEAK
        if wording.is_told_to_end:
            return OUTPUT
        if wording.is_filling:
            return WEAK
        if level >= ERROR or (wording.is_exception and level in (UNKNOWN, NOTICE)):
            return STRONG
        output = OUTPUT if level == UNKNOWN and "stderr" in self.speaker[1] else WEAK
        return COMPLAINT if wording.complains else output

    @lazy
    def may_explain(self) -> bool:
        """Return whether it may explain a failure, unless it is noise.

        It complains, is a warning, gives a reason, stands on stderr, or says what is not there.
        """
        if self.strength >= COMPLAINT or (self.strength >= WEAK and self.level >= WARNING):
            return True
        return self.strength >= OUTPUT or (
            self.strength == WEAK and (bool(self.reason) or self.wording.denies)
        )

    @lazy
    def weight(self) -> int:
        """Return its strength in tenths, with what the packs know of it; negative for known noise.

        An exception goes before an application's own words, and a known cause before both; what explains only
        some kinds of failures goes behind errors.
        """
        known = self.recognized
        if known is None:
            return self.weight_unknown
        if known.kinds:
            return COMPLAINT * TENTH
        if not known.cause:
            return -1
        if known.is_symptom:
            return min(self.strength, COMPLAINT) * TENTH + 1
        if not known.is_specific and self.wording.restates:
            return COMPLAINT * TENTH
        return STRONG * TENTH + (0 if 0 < self.level < ERROR else 2)

    @lazy
    def weight_unknown(self) -> int:
        """Return its strength in tenths where the packs know nothing of it that concerns a failure.

        What only sums up that a start failed goes behind errors, what restates that a request did behind all.
        """
        if self.strength >= STRONG and self.wording.restates:
            return COMPLAINT * TENTH
        if self.strength >= STRONG and self.wording.sums_up:
            return COMPLAINT * TENTH + 1
        return self.strength * TENTH + (self.strength >= STRONG and self.wording.is_exception)

    @lazy
    def says_little(self) -> bool:
        """Return whether it only restates that a request failed, or sums up that a start did."""
        return self.wording.restates or (self.strength < STRONG and self.wording.sums_up)

    @property
    def explains_alone(self) -> bool:
        """Return whether it complains of more than an end, a failed request or a retry, and is no noise."""
        says_more = not (self.says_little or self.wording.is_told_to_end or self.wording.announces_retry)
        return self.strength == COMPLAINT and says_more and self.weight >= COMPLAINT * TENTH

    @lazy
    def sounds_bad(self) -> bool:
        """Return whether its own words say that something failed, whatever severity its entry has."""
        return bool(self.reason) or self.wording.level >= ERROR or self.wording.complains

    @lazy
    def name(self) -> tuple[str, str]:
        """Return its service, and its decisive line with the variable parts replaced."""
        return self.speaker[0], self.wording.template


#: Returns what the packs know of a statement: a cause, or noise.
Recognizer = Callable[[Meaning], Recognized | None]


class Meanings(Immutable):
    """The meanings of statements, remembered by their text and by who said it.

    of: returns the meaning of a text; its arguments are those of Meaning.
    """

    def __init__(self, recognize: Recognizer | None = None, *, remembers: bool = True) -> None:
        """Begin with nothing remembered; ``recognize`` gives what the packs know of a statement.

        remembers: whether the same may be said again.
        """
        create = partial(Meaning, recognize)
        self.of: Callable[..., Meaning] = remember_texts(create) if remembers else create
