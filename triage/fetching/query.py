"""Build Logging filters from packs, and the equivalent gcloud command."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from triage.errors import UsageError
from triage.fetching.workloads import workload_clause
from triage.models import FetchPlan, Pack, Rule, WorkloadKind
from triage.text import quote
from triage.window import Window, format_timestamp

#: Cloud Logging's limit, comments included (quotas page of its documentation).
MAX_CHARACTERS = 20_000

_PROJECT = re.compile(r"(?:[a-z0-9.-]+:)?[a-z0-9][a-z0-9-]*", re.ASCII)
_TEXTS = ("textPayload", "jsonPayload.message", "jsonPayload.textPayload", "jsonPayload.msg")
_NAMES = (
    "jsonPayload.labels.module",
    "jsonPayload.context.name",
    "jsonPayload.logger",
    "jsonPayload.name",
    "sourceLocation.file",
)
# Shorter literals match too many lines that no rule matches.
_MIN_LITERAL = 12
#: What needs no words of a pack: severity, log and HTTP status show that it matters.
_ALWAYS = (
    # A warning is often the only line that gives a reason.
    "severity>=WARNING",
    # What a container prints to stdout and stderr as plain text has no severity, errors included. Both
    # streams count: loggers of Java and .NET print their errors to stdout.
    "severity=DEFAULT",
    'log_id("run.googleapis.com/varlog/system")',
    'log_id("run.googleapis.com//var/log/system")',
    'log_id("cloudaudit.googleapis.com/activity")',
    'log_id("cloudaudit.googleapis.com/system_event")',
    'log_id("cloudaudit.googleapis.com/policy")',
    "httpRequest.status>=400",
)
_REQUESTS = 'log_id("run.googleapis.com/requests")'
#: How a request to a function of the first generation ended: logged as DEBUG, among the lines of the
#: function.
_EXECUTIONS = (
    '(log_id("cloudfunctions.googleapis.com/cloud-functions") AND textPayload:"Function execution took")'
)
_ALL_LINES = f"-- all lines: what the packs name takes more than {MAX_CHARACTERS:,} characters"


def build_filter(
    service: str,
    packs: Sequence[Pack],
    *,
    kind: WorkloadKind = "service",
    text: str = "",
    everything: bool = False,
    requests: bool = False,
) -> str:
    """Return the filter of one service or other workload, without the window.

    ``text``, a Logging filter, replaces the conditions of the packs; ``everything`` leaves both out.
    ``requests`` includes all requests. Those of a service without a readiness chain always are: its verdict
    depends on them. Where the conditions of the packs exceed Cloud Logging's limit, the filter asks for all
    lines of the service.

    Raises:
        UsageError: the name is invalid, or ``text`` is too long.

    """
    clause = workload_clause(service, kind)
    conditions = _conditions(service, packs, kind=kind, text=text, everything=everything, requests=requests)
    whole = f"{clause}\n{conditions}".strip()
    if _fits(whole):
        return whole
    if text:
        raise _too_long(service, whole)
    return f"{clause}\n{_ALL_LINES}"


def _too_long(what: str, whole: str) -> UsageError:
    return UsageError(
        f"the filter for {what} has {len(whole):,} characters, more than the {MAX_CHARACTERS:,} that Cloud "
        "Logging takes",
        "give a shorter --filter, or --everything",
    )


def _conditions(
    service: str, packs: Sequence[Pack], *, kind: WorkloadKind, text: str, everything: bool, requests: bool
) -> str:
    """Return which lines of a workload are asked for, "" for all."""
    if text:
        # The line break keeps a comment at the end of the text from including the parenthesis.
        return f"(\n{text.strip()}\n)"
    if everything:
        return ""
    covering = [pack for pack in packs if _covers(pack, service)]
    has_chain = any(pack.chain and any(fnmatchcase(service, name) for name in pack.primary) for pack in packs)
    more = [] if has_chain and not requests else [_REQUESTS]
    more += [_EXECUTIONS] if kind == "function" else []
    return _pack_clause(covering, more)


def plan_filter(plan: FetchPlan, service: str, packs: Sequence[Pack]) -> str:
    """Return the filter of one workload of a plan, without the window; raises as ``build_filter``."""
    return build_filter(
        service,
        packs,
        kind=plan.kind,
        text=plan.filter,
        everything=plan.everything,
        requests=plan.requests,
    )


def plan_joint_filter(plan: FetchPlan, packs: Sequence[Pack]) -> str:
    """Return one filter for all workloads of a plan, without the window; raises as ``build_filter``.

    Workloads of which the same is asked for share its conditions.
    """
    if len(plan.services) == 1:
        return plan_filter(plan, plan.services[0], packs)
    clauses: dict[str, list[str]] = {}
    for service in plan.services:
        conditions = _conditions(
            service,
            packs,
            kind=plan.kind,
            text=plan.filter,
            everything=plan.everything,
            requests=plan.requests,
        )
        clauses.setdefault(conditions, []).append(workload_clause(service, plan.kind))
    whole = _any_clause(f"{_any_clause(same)}\n{conditions}".strip() for conditions, same in clauses.items())
    if _fits(whole):
        return whole
    every = f"{_any_clause(clause for same in clauses.values() for clause in same)}\n{_ALL_LINES}"
    if plan.filter or not _fits(every):
        raise _too_long(f"{len(plan.services)} workloads", whole)
    return every


def _any_clause(clauses: Iterable[str]) -> str:
    """Return what matches any of some clauses, each of several lines."""
    listed = list(clauses)
    return listed[0] if len(listed) == 1 else "(\n" + "\nOR ".join(f"(\n{text}\n)" for text in listed) + "\n)"


def _fits(text: str) -> bool:
    return len(add_window(text, Window(0, 1))) <= MAX_CHARACTERS


def add_window(text: str, window: Window) -> str:
    """Return the filter with both bounds of the window, each on its own line."""
    start, end = (format_timestamp(at).replace(".000000Z", "Z") for at in (window.start, window.end))
    return f'timestamp>="{start}"\ntimestamp<"{end}"\n{text}'


def gcloud_command(text: str, project: str) -> str:
    """Return the equivalent gcloud command, for bash and for PowerShell.

    Without a project gcloud uses its own. Windows PowerShell removes double quotes from a program's
    arguments, so the filter is passed on standard input: gcloud reads its arguments from a YAML mapping there
    (``gcloud topic flags-file``), where a key without a value is an argument. Single-quoted text means the
    same to both shells if it contains no single quote, and Windows PowerShell 5.1 pipes ASCII only: YAML
    escapes replace other characters.
    """
    plain = text.isascii() and "'" not in text
    key = "|-\n  " + text.replace("\n", "\n  ") if plain else f'"{"".join(map(_escape_yaml, text))}"'
    flag = f" --project={validate_project(project)}" if project else ""
    return f"echo '\n? {key}\n:\n' | gcloud logging read --flags-file=-{flag} --order=asc --format=json"


def validate_project(project: str) -> str:
    """Return the project id unchanged.

    Raises:
        UsageError: it is invalid.

    """
    if _PROJECT.fullmatch(project) is None:
        raise UsageError(
            f"{project!r} is no project id", "`gcloud projects list` shows those that you may see"
        )
    return project


def _escape_yaml(character: str) -> str:
    """Return a character escaped for a double-quoted YAML scalar."""
    if character in '"\\':
        return f"\\{character}"
    if character == "'" or not (character.isascii() and character.isprintable()):
        return f"\\U{ord(character):08x}"
    return character


def _covers(pack: Pack, service: str) -> bool:
    return not pack.services or any(fnmatchcase(service, pattern) for pattern in pack.services)


def _pack_clause(packs: Sequence[Pack], more: Sequence[str]) -> str:
    """Return the clause for what matters.

    Only the lines that a service's own packs know need words: its readiness lines are INFO. What the packs of
    every service know is found by severity, log or status; of theirs, a service with a chain needs the
    steps of its runs, such as a server that listens.
    """
    own = [pack for pack in packs if pack.chain or pack.services]
    rules = [rule for pack in own for rule in pack.rules]
    if any(pack.chain for pack in own):
        general = (pack for pack in packs if not (pack.chain or pack.services))
        rules += [rule for pack in general for rule in pack.rules if _is_step(rule)]
    keywords = _without_longer(word for pack in own for word in pack.keywords)
    literals = (rule.literal for rule in rules if not rule.noise and len(rule.literal) >= _MIN_LITERAL)
    known = _without_longer([*keywords, *literals])
    paths = (path for pack in packs for path in (*pack.paths.socket, *pack.paths.health))
    parts = [
        *_ALWAYS,
        f"httpRequest.requestUrl:{_any_of(_without_longer(path.rstrip('/*') for path in paths))}",
        *more,
        *(f"{field}:{_any_of(known if field in _TEXTS[:2] else keywords)}" for field in _TEXTS),
        *(f"{field}:{_any_of(word for word in keywords if ' ' not in word)}" for field in _NAMES),
        *(f"(\n{pack.filter.strip()}\n)" for pack in packs if pack.filter.strip()),
    ]
    return "(\n  " + "\n  OR ".join(part for part in parts if not part.endswith(":()")) + "\n)"


def _is_step(rule: Rule) -> bool:
    """Return whether a line is a step of a run, and neither its log finds it nor a probe wrote it."""
    return rule.run not in ("", "probe") and not rule.log


def _any_of(words: Iterable[str]) -> str:
    return f"({' OR '.join(quote(word) for word in words)})"


def _without_longer(words: Iterable[str]) -> list[str]:
    """Return the words without those that contain another: ``:`` matches parts."""
    kept: list[str] = []
    for word in sorted(set(words), key=lambda word: (len(word), word)):
        if not any(shorter.casefold() in word.casefold() for shorter in kept):
            kept.append(word)
    return sorted(kept)
