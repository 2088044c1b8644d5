"""Playbooks: what to do about a cause (reports/playbooks/*.toml).

Fixes come from playbooks only, never from a log. Names from a log are checked against a list of allowed
characters before they fill a placeholder.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from triage.errors import BadDataError
from triage.models.playbook import Block, Metric, Playbook, PlaybookModel, Step
from triage.rendering.escape import SafeMarkdown
from triage.resources import parse_toml, root

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_T = TypeVar("_T")
#: A name in braces; after a colon the value that stands for it where it is not known.
_PLACEHOLDER = re.compile(r"(?<![%${])\{([a-z][a-z_]*)(?::([A-Za-z0-9]+))?\}")
#: Names of Cloud Run, which the entries carry as labels.
_LABELS = ("service", "revision", "project", "region", "last_good")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.:-]{0,98}[a-z0-9])?", re.ASCII)
_ACCOUNT = re.compile(r"[a-z0-9-]{1,63}@(?:[a-z0-9-]{1,63}\.){1,3}gserviceaccount\.com", re.ASCII)
#: Words with single marks between them: no shell syntax, no Markdown in a code span, no option, no ".." and
#: no comment of SQL ("--").
_CAPTURED = re.compile(r"/?[A-Za-z0-9_]+(?:[@/.:-][A-Za-z0-9_]+)*", re.ASCII)
_LONGEST = 200
#: A word in capitals. "NAME=value" sets a variable of that name; "NAME=100" gives a revision its share of the
#: traffic.
_CAPITALS = re.compile(r"(?<![\w$-])[A-Z_]+(?![\w-]|=(?!\d))")
#: Captured names that playbooks use; each stands in commands or in code spans. A test keeps the list true.
CAPTURED_NAMES = (
    "account", "allowed", "api", "api_project", "bucket", "connection", "connector", "constraint",
    "current_concurrency", "current_instances", "current_memory", "current_timeout", "database", "domain",
    "doubled_instances", "doubled_memory", "doubled_timeout",
    "file", "halved_concurrency", "host", "identifier", "image", "instance", "key", "key_location",
    "key_project", "keyring", "line", "object", "path",
    "permission", "queue", "resource", "secret", "subnetwork", "table", "timeout", "topic", "user", "version",
)  # fmt: skip


def playbook_names() -> list[str]:
    """Return the ids of all shipped playbooks."""
    found = (
        file.name.removesuffix(".toml")
        for file in _playbook_folder().iterdir()
        if file.name.endswith(".toml")
    )
    return sorted(name for name in found if not name.startswith("_"))


def find_playbook(name: str, own: Mapping[str, Playbook]) -> Playbook:
    """Return the playbook of a name, followed by the shared blocks that it uses.

    ``own`` are the playbooks beside the packs in use, which go before shipped ones of the same name.
    """
    return _with_blocks(name, own[name]) if name in own else load_playbook(name)


@cache
def load_playbook(name: str) -> Playbook:
    """Return a shipped playbook, followed by the shared blocks that it uses.

    A name that is not shipped gives ``unknown-error``.

    Raises:
        BadDataError: the file is not a playbook; the message names file and key.

    """
    if name not in playbook_names():
        return load_playbook("unknown-error")
    return _with_blocks(name, _read_toml(name, Playbook))


def _with_blocks(name: str, playbook: Playbook) -> Playbook:
    """Return a playbook, followed by the shared blocks that it uses."""
    shared = _shared_blocks()
    for block in playbook.use:
        if block not in shared:
            raise BadDataError(f"{name}.toml uses {block!r}", f"_shared.toml has {', '.join(sorted(shared))}")
    blocks = [shared[block] for block in playbook.use]
    return msgspec.structs.replace(
        playbook,
        fixes=[*playbook.fixes, *(fix for block in blocks for fix in block.fixes)],
        validation=[*playbook.validation, *(step for block in blocks for step in block.validation)],
        rollback=[*playbook.rollback, *(step for block in blocks for step in block.rollback)],
        metrics=[*playbook.metrics, *(metric for block in blocks for metric in block.metrics)],
        limits=[*playbook.limits, *(limit for block in blocks for limit in block.limits)],
    )


def rollback_steps(known: Mapping[str, str]) -> list[Step]:
    """Return the steps back to the last good revision, filled, as plain text."""
    return [
        Step(
            says=fill_placeholders(step.says, known).replace("**", ""),
            commands=[fill_placeholders(line, known) for line in step.commands],
        )
        for step in _shared_blocks()["rollback-revision"].rollback
    ]


def connection_metrics() -> list[Metric]:
    """Return the success metrics of WebSocket connections and health checks."""
    return _shared_blocks()["connections"].metrics


def fill_placeholders(text: str, known: Mapping[str, str]) -> str:
    """Return the text with its placeholders filled.

    They are {service}, {revision}, {project}, {region}, {last_good}, and what the rule of the cause captured.
    A missing or invalid value becomes a word in capitals that the reader replaces.
    """
    return _PLACEHOLDER.sub(lambda found: _placeholder_value(found[1], known, found[2]), text)


def fill_playbook(playbook: Playbook, known: Mapping[str, str]) -> Playbook:
    """Return the playbook with every text filled and marked as trusted Markdown."""

    def mark(value: Any) -> Any:
        if isinstance(value, str):
            return SafeMarkdown(fill_placeholders(value, known))
        if isinstance(value, list):
            return [mark(item) for item in value]
        if isinstance(value, PlaybookModel):
            return type(value)(**{name: mark(getattr(value, name)) for name in value.__struct_fields__})
        return value

    marked: Playbook = mark(playbook)
    return marked


def find_unfilled(text: str) -> list[str]:
    """Return the words in capitals that the reader must replace, in order."""
    found = set(_CAPITALS.findall(text))
    return [word for word in map(_fallback, (*_LABELS, *CAPTURED_NAMES)) if word in found]


def _placeholder_value(key: str, known: Mapping[str, str], default: str | None = None) -> str:
    value = known.get(key, "")
    allowed = _NAME if key in _LABELS else _ACCOUNT if key == "account" else _CAPTURED
    return value if len(value) <= _LONGEST and allowed.fullmatch(value) else default or _fallback(key)


def _fallback(key: str) -> str:
    return "LAST_GOOD_REVISION" if key == "last_good" else key.upper()


@cache
def _shared_blocks() -> dict[str, Block]:
    return _read_toml("_shared", dict[str, Block])


def _playbook_folder() -> "Traversable":
    return root("reports") / "playbooks"


def _read_toml(name: str, noun: type[_T]) -> _T:
    text = _playbook_folder().joinpath(f"{name}.toml").read_text(encoding="utf-8")
    try:
        return msgspec.convert(parse_toml(text), noun)
    except ValueError as error:
        raise BadDataError(f"reports/playbooks/{name}.toml: {error}", "fix the file") from error
