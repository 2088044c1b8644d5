"""Build Logging filters from packs, and the equivalent gcloud command."""

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from triage.errors import UsageError
from triage.models import Pack
from triage.text import quote
from triage.window import Window, format_timestamp

#: Cloud Logging's limit, comments included (quotas page of its documentation).
MAX_CHARACTERS = 20_000

_SERVICE = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
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
_ALWAYS = (
    # Many loggers write no severity at all, and a warning is often the only line that gives a reason.
    "severity>=WARNING",
    "severity=DEFAULT",
    'log_id("run.googleapis.com/varlog/system")',
    'log_id("cloudaudit.googleapis.com/activity")',
    'log_id("cloudaudit.googleapis.com/system_event")',
    "httpRequest.status>=500",
    'httpRequest.requestUrl:("/health" OR "/ws" OR "/websocket" OR "/ready" OR "/live")',
)


def build_filter(service: str, packs: Sequence[Pack], *, text: str = "", everything: bool = False) -> str:
    """Return the filter of one service, without the window.

    ``text``, a Logging filter, replaces the conditions of the packs; ``everything`` leaves both out.

    Raises:
        UsageError: the service name is invalid, or the packs make the filter too long.

    """
    if _SERVICE.fullmatch(service) is None:
        raise UsageError(
            f"{service!r} is no name of a Cloud Run service", "give its name as the console shows it"
        )
    lines = ['resource.type="cloud_run_revision"', _service_clause(service)]
    if text:
        # The line break keeps a comment at the end of the text from including the parenthesis.
        lines.append(f"(\n{text.strip()}\n)")
    elif not everything:
        asking = [pack for pack in packs if pack.keywords or pack.filter.strip()]
        lines.append(_pack_clause([pack for pack in asking if _covers(pack, service)]))
    whole = "\n".join(lines)
    if len(add_window(whole, Window(0, 1))) > MAX_CHARACTERS:
        raise UsageError(
            f"the filter for {service} has {len(whole):,} characters, more than the {MAX_CHARACTERS:,} that Cloud "
            "Logging takes",
            "give fewer --pack, a shorter --filter, or --everything",
        )
    return whole


def add_window(text: str, window: Window) -> str:
    """Return the filter with both bounds of the window, each on its own line."""
    start, end = (format_timestamp(at).replace(".000000Z", "Z") for at in (window.start, window.end))
    return f'timestamp>="{start}"\ntimestamp<"{end}"\n{text}'


def gcloud_command(text: str, project: str) -> str:
    """Return the equivalent gcloud command, for bash and for PowerShell.

    Without a project gcloud uses its own. Windows PowerShell removes double quotes from a program's arguments, so the
    filter is passed on standard input: gcloud reads its arguments from a YAML mapping there (``gcloud topic
    flags-file``), where a key without a value is an argument. Single-quoted text means the same to both shells if it
    contains no single quote, and Windows PowerShell 5.1 pipes ASCII only: YAML escapes replace other characters.
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


def _service_clause(service: str) -> str:
    """Return the clause for entries of a service.

    Some audit entries name the service only in their resource.
    """
    about = rf"/(services/{service}|revisions/{service}-[0-9]{{5}}-[a-z0-9]{{3}})$"
    return f'(resource.labels.service_name={quote(service)} OR protoPayload.resourceName=~"{about}")'


def _pack_clause(packs: Sequence[Pack]) -> str:
    keywords = _without_longer(word for pack in packs for word in pack.keywords)
    literals = (
        rule.literal
        for pack in packs
        for rule in pack.rules
        if not rule.noise and len(rule.literal) >= _MIN_LITERAL
    )
    known = _without_longer([*keywords, *literals])
    parts = [
        *_ALWAYS,
        *(f"{field}:{_any_of(known if field in _TEXTS[:2] else keywords)}" for field in _TEXTS),
        *(f"{field}:{_any_of(word for word in keywords if ' ' not in word)}" for field in _NAMES),
        *(f"(\n{pack.filter.strip()}\n)" for pack in packs if pack.filter.strip()),
    ]
    return "(\n  " + "\n  OR ".join(part for part in parts if not part.endswith(":()")) + "\n)"


def _any_of(words: Iterable[str]) -> str:
    return f"({' OR '.join(quote(word) for word in words)})"


def _without_longer(words: Iterable[str]) -> list[str]:
    """Return the words without those that contain another: ``:`` matches parts."""
    kept: list[str] = []
    for word in sorted(set(words), key=lambda word: (len(word), word)):
        if not any(shorter.casefold() in word.casefold() for shorter in kept):
            kept.append(word)
    return sorted(kept)
