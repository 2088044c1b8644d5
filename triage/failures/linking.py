"""Which statement explains a failure point.

The one of its trace, of its instance in its time, or the last before it.
"""

import re
from collections.abc import Sequence

import msgspec

from triage.failures.levels import INFO, UNKNOWN, WARNING
from triage.failures.meaning import COMPLAINT, OUTPUT, STRONG, TENTH, WEAK
from triage.failures.points import FailurePoint
from triage.failures.starting import Weighed, find_probe_answers, find_waiting
from triage.failures.statements import Statement
from triage.models import Link, Recognized
from triage.window import NANOSECONDS

#: Nanoseconds behind a request's end in which its statements are still printed.
AFTER_REQUEST = NANOSECONDS // 2
#: Nanoseconds behind its end in which an application reports a request by its method and path.
AFTER_TIMEOUT = 60 * NANOSECONDS
#: Nanoseconds before the end of an instance in which an error explains it.
BEFORE_EXIT = 60 * NANOSECONDS
#: Nanoseconds before a startup probe gives up in which an error explains it: a start may take as long.
WHILE_STARTING = 1800 * NANOSECONDS
#: Nanoseconds before it in which the last lines of a quiet instance are quoted.
BEFORE_LAST = 3600 * NANOSECONDS
_CLOCK = NANOSECONDS // 20
_NEAR = NANOSECONDS
#: The port that Cloud Run expects where nothing else is configured.
_USUAL_PORT = "8080"
#: The ports that the text of a failed probe or deployment names.
_PORT = re.compile(r"(?:\bport |\bPORT=)(\d{1,5})", re.ASCII)
#: The addresses at which the containers of an instance reach each other.
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
#: Last lines that are quoted where no line says what went wrong.
QUOTED = 3
#: How often a failed request said one thing at most: with its trace, and where another may have said it.
_REPEATED = {"trace": 5, "instance": 2}

#: What a program of the command line says when it ends: its name, then why.
_OF_PROGRAM = re.compile(
    r"(?!info|note|hint|usage|debug|https?:)(?:/\S{1,100}/)?[a-z][\w.+-]{0,30}: [^\s\d/{\[]", re.ASCII
)

#: The least weight of a statement that complains.
_OF_COMPLAINTS = COMPLAINT * TENTH


class Attribution(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A failure point with the statement before it that explains it.

    statement: what the application said, None where nothing it said explains the point.
    recognized: what the packs know of that statement.
    link: what ties the two together.
    gap: nanoseconds between them.
    strength: 3 an error, 2 a complaint, 1 other output.
    candidates: how many statements of that strength there were.
    said: how often it was said of this failure: as the error of the code, and again as that of the request.
    tail: the last statements of the instance before the point.
    second: what explains it where the statement turns out to be noise.
    """

    point: FailurePoint
    statement: Statement | None = None
    recognized: Recognized | None = None
    link: Link = "none"
    gap: int = 0
    strength: int = 0
    candidates: int = 0
    said: int = 1
    tail: tuple[Statement, ...] = ()
    second: "Attribution | None" = None


def attribute(point: FailurePoint, statements: Sequence[Statement]) -> Attribution:
    """Return what explains a failure point among its instance's statements, in order of time."""
    everything = statements
    if "container_name" in point.entry.labels:
        statements = _of_container(point, statements)
    link, near = _near(point, statements)
    found, weaker = _weigh(point, near)
    if point.kind == "request" and len(found) > 1:
        found = [item for item in found if not item[1].meaning.wording.answers_again] or found
    tail = tuple([said for said in near if said.meaning.strength >= WEAK][-QUOTED:])
    if found and point.kind == "request" and all(item[1].meaning.wording.restates for item in found):
        found = [item for item in weaker if item[1].level >= WARNING and _may_explain(item)] or found
    found = found or _find_plain(point, link, weaker) or find_probe_answers(point, near)
    if not found:
        return Attribution(point=point, link=link if near else "none", tail=tail)
    attribution = _choose(point, link, found, tail)
    if point.kind != "request":
        return _ask_neighbor(attribution, everything)
    # A line that complains of nothing explains nothing where it is noise.
    second = Attribution(point=point, link=link, tail=tail) if attribution.strength < COMPLAINT else None
    if len(found) > 1:
        chosen = attribution.statement
        others = [item for item in found if chosen is not None and item[1].template != chosen.template]
        if others:
            second = msgspec.structs.replace(_choose(point, link, others, tail), second=second)
    return attribution if second is None else msgspec.structs.replace(attribution, second=second)


def _ask_neighbor(own: Attribution, statements: Sequence[Statement]) -> Attribution:
    """Return what explains the end of a container that could not reach another one of its instance.

    A cause that the other container names, such as a proxy, else what its own statement says.
    """
    said = own.statement
    name = said.first.labels.get("container_name") if said is not None else None
    if said is None or not name or not any(map(said.decisive.__contains__, _LOOPBACK)):
        return own
    others = [s for s in statements if s.first.labels.get("container_name", name) != name]
    found, _ = _weigh(own.point, _near(own.point, others)[1])
    named = [
        item for item in found if item[2] and item[2].cause and not item[2].is_symptom and not item[2].kinds
    ]
    return _choose(own.point, own.link, named, own.tail) if named else own


def _weigh(point: FailurePoint, near: Sequence[Statement]) -> tuple[list[Weighed], list[Weighed]]:
    """Return the statements that complain, and the weaker ones that are no noise."""
    found: list[Weighed] = []
    weaker: list[Weighed] = []
    for statement in near:
        meaning = statement.meaning
        known, weight = meaning.recognized, meaning.weight
        if known is not None and known.kinds and not _concerns(known, point):
            known, weight = None, meaning.weight_unknown
        # It weighs as an error, whatever its level: what is said behind it only follows.
        if weight == _OF_COMPLAINTS and meaning.wording.is_last_failure:
            weight = STRONG * TENTH + 1
        if weight >= _OF_COMPLAINTS:
            found.append((weight, statement, known))
        elif weight >= 0:
            weaker.append((weight, statement, known))
    return found, weaker


def attribute_from_afar(own: Attribution, shared: Sequence[Statement]) -> Attribution:
    """Return what explains a failure point among statements that name no instance, else what its own do.

    One with its trace goes before what its instance says at that time. One without a trace explains it where
    the instance says nothing, only that it failed, or less closely what happened.
    """
    point = own.point
    traced = [s for s in shared if s.trace and s.trace == point.entry.trace]
    if traced and own.link != "trace":
        return _explain_from_afar(own, traced, "trace")
    known = own.recognized
    is_named = own.strength >= COMPLAINT and not (known is not None and known.is_symptom)
    if is_named and own.statement is not None and own.statement.meaning.wording.restates:
        is_named = known is not None and known.is_specific
    if is_named and not (known is not None and known.finer):
        return own
    until = point.end + AFTER_REQUEST
    since = point.start - (_CLOCK if point.kind == "request" else BEFORE_EXIT)
    near = [s for s in shared if s.strength >= STRONG and not s.trace and since <= s.end and s.start <= until]
    if is_named and known is not None:
        near = [s for s in near if (said := s.meaning.recognized) and said.cause in known.finer]
    return _explain_from_afar(own, near, "nearness")


def _explain_from_afar(own: Attribution, shared: Sequence[Statement], link: Link) -> Attribution:
    found = [
        (said.meaning.weight, said, known)
        for said in shared
        for known in [said.meaning.recognized]
        if said.meaning.weight >= _OF_COMPLAINTS and not (known is not None and known.kinds)
    ]
    return _choose(own.point, link, found, own.tail) if found else own


def _may_explain(weighed: Weighed) -> bool:
    """Return whether a statement without any complaint explains a request to which it belongs.

    A warning, a line whose payload gives a reason, or a line on stderr does.
    """
    weight, statement, known = weighed
    is_read = bool(statement.events) and known is None
    gives_reason = statement.level >= WARNING or bool(statement.meaning.reason)
    if gives_reason and not is_read:  # a line that a rule reads says something else
        return True
    return weight >= OUTPUT * TENTH and "stderr" in statement.first.log_name


def _find_plain(point: FailurePoint, link: Link, weaker: Sequence[Weighed]) -> list[Weighed]:
    """Return what explains a failure where nothing complains: what belongs to a request, or a last word."""
    if point.kind == "startup_probe":
        return find_waiting(weaker) or _find_exceptions(weaker)
    if point.kind == "exit" and not point.orderly:
        return _find_last_word(point, weaker) or _find_exceptions(weaker)
    if point.kind == "request" and link in ("trace", "instance"):
        return [item for item in weaker if _may_explain(item)] or _find_denials(link, weaker)
    return []


def _find_denials(link: Link, weaker: Sequence[Weighed]) -> list[Weighed]:
    """Return the harmless lines which say that something is not there, and belong to a request.

    They do by its trace, else if nothing else is said at that time.
    """
    if link == "instance" and len({statement.template for _, statement, _ in weaker}) > 1:
        return []
    return [
        (weight, statement, known)
        for weight, statement, known in weaker
        if (statement.level == UNKNOWN or INFO <= statement.level < WARNING)
        and not (statement.events or known)
        and statement.meaning.wording.denies
        and not statement.meaning.wording.announces_retry
    ]


def _find_last_word(point: FailurePoint, weaker: Sequence[Weighed]) -> list[Weighed]:
    """Return the last line before the end of a container, where a program gives its name and why it ends."""
    last = [item for item in weaker[-1:] if item[0] >= OUTPUT * TENTH]
    return [
        item
        for item in last
        if point.end - item[1].end <= _NEAR and not item[1].events and _OF_PROGRAM.match(item[1].text)
    ]


def _find_exceptions(weaker: Sequence[Weighed]) -> list[Weighed]:
    """Return the exceptions in lines that begin as harmless ones: a program printed both at once."""
    return [item for item in weaker if item[1].meaning.wording.is_exception and not item[1].events]


def _choose(
    point: FailurePoint, link: Link, found: Sequence[Weighed], tail: tuple[Statement, ...]
) -> Attribution:
    """Return the last of the statements that weigh most as what explains a point."""
    strongest = found
    if len(found) > 1:
        most = max([weight for weight, _, _ in found])
        strongest = [item for item in found if item[0] == most]
        if len(strongest) > 1:
            strongest = [item for item in strongest if not item[1].meaning.says_little] or strongest
            # Where all that a program prints counts as an error, its words tell.
            strongest = [item for item in strongest if item[2] or item[1].meaning.sounds_bad] or strongest
    strongest = _find_missing_value(link, strongest[-1], found) or strongest
    # Of several lines that say where a server listens, the first says it best.
    weight, statement, known = strongest[0 if all(item[2] and item[2].kinds for item in strongest) else -1]
    gap = max(0, point.end - statement.end)
    return Attribution(
        point=point,
        statement=statement,
        recognized=known,
        link="nearness" if link == "instance" and gap > _NEAR and point.kind != "request" else link,
        gap=gap,
        strength=weight // TENTH,
        candidates=1 if len(strongest) == 1 else len({item[1].decisive for item in strongest}),
        said=1 if len(found) == 1 else _count_said(statement, found, link),
        tail=tail,
    )


def _find_missing_value(link: Link, last: Weighed, found: Sequence[Weighed]) -> list[Weighed]:
    """Return the last known cause that a request named before its code went on without a value."""
    if link != "trace" or len(found) < 2 or not last[1].meaning.wording.lacks_value:
        return []
    before = [
        item
        for item in found
        if item[1].start < last[1].start
        and item[0] >= STRONG * TENTH
        and item[2] is not None
        and not item[1].meaning.wording.lacks_value
    ]
    return before[-1:]


def _count_said(statement: Statement, found: Sequence[Weighed], link: Link) -> int:
    """Return how often a failure said what a statement says."""
    name = statement.meaning.name
    return min(sum([item[1].meaning.name == name for item in found]), _REPEATED.get(link, 1))


def _concerns(known: Recognized, point: FailurePoint) -> bool:
    """Return whether a cause of some kinds of failures explains this one.

    A port on which a server listens explains a probe of another port only.
    """
    if point.kind not in known.kinds:
        return False
    port = known.event.fields.get("port", "")
    return "address" in known.event.fields or not port or port not in _ports_of(point)


def _ports_of(point: FailurePoint) -> list[str]:
    """Return the ports that the text of a failure names; where it names none, the one that is usual."""
    return _PORT.findall(point.entry.message) or [_USUAL_PORT]


def _near(point: FailurePoint, statements: Sequence[Statement]) -> tuple[Link, list[Statement]]:
    """Return the statements that belong to a point, and what links them to it."""
    if point.kind != "request":
        return "instance", _before_end(point, statements)
    trace = point.entry.trace
    traced = [said for said in statements if said.trace == trace] if trace else []
    if _says_anything(traced) and not _only_restates(traced):
        return "trace", traced
    inside = [
        s
        for s in statements
        if point.start - _CLOCK <= s.end and s.start <= point.end + AFTER_REQUEST and _may_be_of(s, point)
    ]
    if _says_anything(inside):
        return "instance", inside
    mentioned = [
        s for s in statements if point.end < s.start <= point.end + AFTER_TIMEOUT and _mentions(s, point)
    ]
    if mentioned:
        return "mention", mentioned
    around = [
        s
        for s in statements
        if s.strength >= STRONG
        and not s.trace
        and point.start - _NEAR <= s.end
        and s.start <= point.end + _NEAR
    ]
    if around and not traced:
        return "nearness", around
    return ("trace", traced) if traced else ("instance", inside)


def _before_end(point: FailurePoint, statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements that belong to the end of an instance, or to a start that failed."""
    before = [s for s in statements if s.start <= point.end + AFTER_REQUEST]
    recent = [s for s in before if s.end >= point.start - BEFORE_EXIT]
    late = recent or [s for s in before[-QUOTED:] if s.end >= point.start - BEFORE_LAST]
    if point.kind != "startup_probe" or any(s.strength >= COMPLAINT for s in recent):
        return late
    since = point.start - WHILE_STARTING
    told = [s for s in before if s.strength >= STRONG or (s.strength < COMPLAINT and s.level >= WARNING)]
    return [s for s in told if since <= s.end and s not in late] + late


def _says_anything(statements: Sequence[Statement]) -> bool:
    """Return whether one of some statements may explain a failure."""
    for said in statements:  # noqa: SIM110 - any() takes longer, and this is for every failed request
        if said.meaning.strength > WEAK:
            return True
    return False


def _only_restates(statements: Sequence[Statement]) -> bool:
    """Return whether what may explain a failure only says that the request failed."""
    return all(s.meaning.wording.restates for s in statements if s.meaning.strength > WEAK)


def _of_container(point: FailurePoint, statements: Sequence[Statement]) -> Sequence[Statement]:
    """Return what the container that failed said, where both name one; all, where it said nothing."""
    name = point.entry.labels.get("container_name", "")
    if not name:
        return statements
    own = [s for s in statements if s.first.labels.get("container_name", name) == name]
    return own or statements


def _may_be_of(statement: Statement, point: FailurePoint) -> bool:
    return not statement.trace or not point.entry.trace or statement.trace == point.entry.trace


def _mentions(statement: Statement, point: FailurePoint) -> bool:
    http = point.entry.http
    return bool(
        http and http.method and len(http.path) > 1 and f"{http.method} {http.path}" in statement.text
    )
