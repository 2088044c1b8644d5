"""The causes that a statement or a failure point's own text shows, by the rule that knows it."""

from collections.abc import Callable, Collection, Iterable, Sequence

from triage.diagnosis.incident_builder import fill_sentence
from triage.diagnosis.matching import PackCause
from triage.models import Event, Immutable, Pack, Recognized, Rule
from triage.text import message_template

#: Returns what a rule reads in a text.
Match = Callable[[str], Event | None]

_SCOPE = "failure"
#: Texts of a statement that show that it is noise: its decisive line and its first one.
_DECIDING = 2
_NONE: frozenset[str] = frozenset()


class FailureCauses(Immutable):
    """The causes of scope "failure" by the full names of their rules.

    The first pack that names a rule wins.
    """

    def __init__(self, packs: Sequence[Pack]) -> None:
        """Index the causes of the packs."""
        self._by_rule: dict[str, PackCause] = {}
        self._by_id: dict[str, PackCause] = {}
        finer: dict[str, set[str]] = {}
        for pack in packs:
            for cause in pack.causes:
                if cause.scope != _SCOPE:
                    continue
                pack_cause = PackCause(pack, cause)
                self._by_id.setdefault(cause.id, pack_cause)
                for name in pack_cause.full_names([*cause.any_of, *cause.all_of]):
                    self._by_rule.setdefault(name, pack_cause)
                for other in cause.supersedes:
                    finer.setdefault(other, set()).add(cause.id)
        self._finer = {cause: frozenset(others) for cause, others in finer.items()}

    @property
    def rules(self) -> Collection[str]:
        """Return the full names of the rules that show a cause."""
        return self._by_rule.keys()

    def reads(self, pack: Pack, rule: Rule) -> bool:
        """Return whether a rule names the cause of a failure, or knows noise.

        Other rules read the same lines as steps of a run, and must not hide what a line says of a failure.
        """
        return bool(rule.noise) or f"{pack.id}/{rule.id}" in self._by_rule

    def reads_whole(self, pack: Pack, rule: Rule) -> bool:
        """Return whether such a rule reads a whole statement."""
        return rule.multiline and self.reads(pack, rule)

    def by_id(self, cause: str) -> PackCause | None:
        """Return a cause by its id."""
        return self._by_id.get(cause)

    def is_symptom(self, rule: str) -> bool:
        """Return whether a rule shows only that something failed, and another line says why."""
        pack_cause = self._by_rule.get(rule)
        return pack_cause is not None and pack_cause.cause.tier == "symptom"

    def refine(self, known: Event, match: Match, texts: Iterable[str]) -> Event:
        """Return the first event of these texts whose cause supersedes that of a known one, else that one."""
        finer = self._finer.get(self._id_of(known))
        if not finer:
            return known
        for text in texts:
            event = match(text)
            if event is not None and self._id_of(event) in finer:
                return event
        return known

    def may_refine(self, known: str, pack: Pack, rule: Rule) -> bool:
        """Return whether a rule may name more closely what a known one says of a whole statement.

        known: the full name of the rule that knows it.
        """
        pack_cause, found = self._by_rule[known], self._by_rule.get(f"{pack.id}/{rule.id}")
        if found is None:
            return False
        is_dependency = pack.id != known.partition("/")[0] and found.cause.tier != "symptom"
        return is_dependency or found.cause.id in self._finer.get(pack_cause.cause.id, ())

    def refine_whole(self, known: Event, match: Match, line: str) -> Event:
        """Return what the decisive line of a known statement names more closely, else what is known.

        A dependency that the line names, of another pack, goes before an error in the code.
        """
        named = match(line)
        if named is None:
            return known
        if named.pack != known.pack and self.names_cause(named):
            return named
        return named if self._id_of(named) in self._finer.get(self._id_of(known), ()) else known

    def names_cause(self, event: Event) -> bool:
        """Return whether an event shows a cause that is more than a symptom."""
        pack_cause = self._by_rule.get(event.name)
        return pack_cause is not None and pack_cause.cause.tier != "symptom"

    def has_finer(self, event: Event) -> bool:
        """Return whether other lines of a statement may name the cause of an event more closely."""
        return self._id_of(event) in self._finer

    def _id_of(self, event: Event) -> str:
        """Return the id of the cause that an event shows, "" for none."""
        pack_cause = self._by_rule.get(event.name)
        return "" if pack_cause is None else pack_cause.cause.id

    def recognize_event(self, event: Event, template: str = "") -> Recognized | None:
        """Return the cause that an event shows, None if its rule names none.

        template: that of the cause's title, "" if it is to be worked out.
        """
        pack_cause = self._by_rule.get(event.name)
        if pack_cause is None:
            return None
        finer = self._finer.get(pack_cause.cause.id, _NONE)
        return _recognized(event, pack_cause, template, finer)

    def find(self, match: Match, texts: Sequence[str]) -> Event | None:
        """Return the event that decides what the packs know of texts.

        A cause goes before a symptom, and both before known noise; among equals the first text decides.
        """
        symptom: Event | None = None
        noise: Event | None = None
        for number, text in enumerate(texts):
            event = match(text)
            if event is None:
                continue
            if event.name not in self._by_rule:
                noise = noise or (event if number < _DECIDING else None)
            elif self.names_cause(event):
                return event
            else:
                symptom = symptom or event
        return symptom or noise


def _recognized(event: Event, pack_cause: PackCause, template: str, finer: frozenset[str]) -> Recognized:
    cause = pack_cause.cause
    check = event.check or cause.check
    title = fill_sentence(cause.title, event.fields, check=check, service=event.entry.service)
    return Recognized(
        event,
        cause.id,
        title,
        template or message_template.compute(title),
        is_symptom=cause.tier == "symptom",
        kinds=tuple(cause.explains),
        is_specific="{" in cause.title,
        finer=finer,
        is_minor=cause.severity == "P2",
    )
