"""Playbooks of jobs and worker pools, with the commands that such workloads have (reports/workloads.toml)."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import msgspec

from triage.models import WorkloadKind
from triage.models.playbook import Fix, Playbook, PlaybookModel, Step
from triage.resources import parse_toml, root


class _Wording(PlaybookModel, frozen=True, kw_only=True):
    """How commands read for one kind of workload.

    replaces: pairs of texts, the second stands for the first.
    lacks: words of commands that the kind does not have.
    """

    replaces: list[tuple[str, str]]
    lacks: list[str]


def for_workload(playbook: Playbook, kind: WorkloadKind) -> Playbook:
    """Return a playbook with the commands of a kind of workload; what it does not have is left out."""
    wording = _wordings().get(kind)
    if wording is None:
        return playbook
    kept = msgspec.structs.replace(
        playbook,
        fixes=[found for fix in playbook.fixes if (found := _fix(fix, wording)) is not None],
        validation=_steps(playbook.validation, wording),
        rollback=_steps(playbook.rollback, wording),
    )
    replaced: Playbook = _replace(kept, wording)
    return replaced


def _fix(fix: Fix, wording: _Wording) -> Fix | None:
    commands = _having(fix.commands, wording)
    shifts_traffic = any("{last_good}" in command for command in fix.commands)
    if (fix.commands and not commands) or (shifts_traffic and len(commands) < len(fix.commands)):
        return None
    return msgspec.structs.replace(
        fix,
        commands=commands,
        validate=_having(fix.validate, wording),
        rollback=_having(fix.rollback, wording),
    )


def _steps(steps: Iterable[Step], wording: _Wording) -> list[Step]:
    kept = []
    for step in steps:
        commands = _having(step.commands, wording)
        if commands or not step.commands:
            kept.append(msgspec.structs.replace(step, commands=commands))
    return kept


def _having(texts: Iterable[str], wording: _Wording) -> list[str]:
    """Return the texts that name nothing that the workload lacks."""
    replaced = ((text, _replace(text, wording)) for text in texts)
    return [text for text, shown in replaced if not any(word in shown for word in wording.lacks)]


def _replace(value: Any, wording: _Wording) -> Any:
    if isinstance(value, str):
        for old, new in wording.replaces:
            value = value.replace(old, new)
        return value
    if isinstance(value, list):
        return [_replace(item, wording) for item in value]
    if isinstance(value, PlaybookModel):
        fields = {name: _replace(getattr(value, name), wording) for name in value.__struct_fields__}
        return type(value)(**fields)
    return value


@cache
def _wordings() -> dict[str, _Wording]:
    text = (root("reports") / "workloads.toml").read_text(encoding="utf-8")
    return msgspec.convert(parse_toml(text), dict[str, _Wording])
