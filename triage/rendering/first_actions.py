"""What to do first about an incident: roll back, undo a change, or the most urgent fix of its playbook."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from triage.models import Diagnosis, Incident, Playbook, ServiceState
from triage.models.change import Change
from triage.models.playbook import Fix, Step
from triage.rendering.change_view import item_steps, linked_change
from triage.rendering.playbooks import fill_placeholders, find_playbook, find_unfilled, rollback_steps
from triage.rendering.workload_commands import for_workload

_MOST_ACTIONS = 2
#: Tiers of the causes that keep an instance from starting or end it.
_START_TIERS = ("crash", "startup")
#: Kinds of workloads that requests reach: the others have no traffic to send back.
_WITH_TRAFFIC = ("service", "function")
_VALUE = re.compile(r"\bVALUE\b")
_FIRST_REVISION = re.compile(r"-0+1(?:-[a-z0-9]{3})?$", re.ASCII)
#: A memory limit as Cloud Run logs it: "512 MiB" or "512M".
_MEMORY = re.compile(r"(\d{1,7}) ?([MG])(?:iB)?", re.ASCII)


class Action(NamedTuple):
    """One thing to do.

    Attributes:
        kind: rollback of the traffic, undo of a changed item, or fix of the playbook.
        says: what to do, as a sentence in Markdown.
        commands: its commands, filled with the names that the logs hold.
        missing: words in capitals that the reader replaces.

    """

    kind: Literal["rollback", "undo", "fix"]
    says: str
    commands: list[str]
    missing: list[str]


def known_names(incident: Incident, state: ServiceState | None) -> dict[str, str]:
    """Return what fills the commands: names of the scope, what the rule captured, the last good revision."""
    scope = incident.scope
    return (
        _doubled_memory(incident.captures)
        | incident.captures
        | {
            "cause": incident.cause,
            "service": incident.service,
            "revision": scope.revisions[-1] if scope.revisions else "",
            "project": scope.project,
            "region": scope.location,
            "last_good": state.last_good(scope.revisions) if state else "",
        }
    )


def _doubled_memory(captures: Mapping[str, str]) -> dict[str, str]:
    """Return twice the memory limit that a line names, where no configuration gives it."""
    limit = _MEMORY.fullmatch(captures.get("limit", ""))
    return {"doubled_memory": f"{2 * int(limit[1])}{limit[2]}i"} if limit else {}


def first_actions(
    diagnosis: Diagnosis, incident: Incident, own_playbooks: Mapping[str, Playbook] | None = None
) -> list[Action]:
    """Return what to do first, the fastest first, at most two actions.

    A rollback leads where the incident began with a revision, or where nothing serves and the playbook has a
    rollback. It names the newest older revision that was ready. A changed item that fits the cause follows,
    then the most urgent fix that the playbook has for the cause. ``own_playbooks`` stand beside the packs.
    """
    state = diagnosis.state_of(incident.service)
    playbook = find_playbook(incident.playbook, own_playbooks or {})
    fixes = _cause_fixes(for_workload(playbook, state.kind if state else "service"))
    change = linked_change(diagnosis, incident)
    known = known_names(incident, state)
    actions = [*_rollback(incident, fixes, state, change, known)]
    if change is not None and not (actions and incident.change_items == ["image"]):
        actions += [_filled("undo", step, known) for step in item_steps(diagnosis, change, incident)]
    has_traffic = state is None or state.kind in _WITH_TRAFFIC
    actions += _fixes(incident, fixes, known, skip_rollback=bool(actions) or not has_traffic)
    return actions[:_MOST_ACTIONS]


def _rollback(
    incident: Incident,
    fixes: list[Fix],
    state: ServiceState | None,
    change: Change | None,
    known: dict[str, str],
) -> Iterator[Action]:
    """Yield the rollback of the traffic, where one helps."""
    revision = known["revision"]
    if state is None or state.kind not in _WITH_TRAFFIC or not revision:
        return
    verdict = state.revisions.get(revision)
    # A crash comes back while its revision serves; requests that succeed again do not fail again.
    comes_back = incident.tier in _START_TIERS and state.revision == revision and verdict != "ready"
    if (incident.recovered and not comes_back) or _FIRST_REVISION.search(revision):
        return
    if verdict == "not_ready" and not incident.scope.instances:
        return  # The deployment failed before an instance started: no traffic moved.
    began_with_it = change is not None and (
        change.revision in incident.scope.revisions or "traffic" in incident.change_items
    )
    failed_from_start = verdict == "not_ready" and bool(known["last_good"])
    nothing_serves = state.verdict == "not_ready" and any(map(_is_rollback, _most_urgent(fixes)))
    if not (began_with_it or failed_from_start or nothing_serves):
        return
    if state.verdict == "ready" and not known["last_good"]:
        return
    previous = (change.previous_revision if change and began_with_it else None) or ""
    if previous and state.revisions.get(previous) not in ("not_ready", None):
        known = known | {"last_good": previous}
    good = known["last_good"]
    if good and state.verdict == "degraded" and verdict == "not_ready" and incident.tier in _START_TIERS:
        says = "{last_good} still serves: make sure that it has all traffic"
    elif good:
        says = "Roll back to {last_good}, the last ready revision"
    elif any(name != revision for name in state.revisions):
        says = "Roll back to an earlier revision: the first command lists them"
    else:
        says = "Roll back to the revision before {revision}: the first command lists them"
    commands = rollback_steps(known)[0].commands
    says += ". Traffic stays on it until you run `--to-latest`."
    yield _filled("rollback", Step(says=says, commands=commands[-1:] if good else commands), known)


def _fixes(
    incident: Incident, fixes: list[Fix], known: dict[str, str], *, skip_rollback: bool
) -> Iterator[Action]:
    """Yield the fixes of the cause, the most urgent first.

    One that sends traffic back is left out on demand, and where the logs name no revision for it and there is
    another fix.
    """
    urgent = _most_urgent(fixes)
    others = [fix for fix in fixes if not _is_rollback(fix)]
    if skip_rollback or (others and (incident.recovered or not known["last_good"])):
        urgent = [fix for fix in urgent if not _is_rollback(fix)] or others[:1]
    for fix in urgent:
        yield _filled("fix", Step(says=f"{fix.title}.", commands=fix.commands), known)


def _most_urgent(fixes: list[Fix]) -> list[Fix]:
    """Return the fixes in the most urgent priority that there is."""
    return [fix for fix in fixes if fix.priority == fixes[0].priority]


def _cause_fixes(playbook: Playbook) -> list[Fix]:
    """Return the fixes of the cause, the most urgent first."""
    return sorted((fix for fix in playbook.fixes if not fix.symptom_fix), key=lambda fix: fix.priority)


def _is_rollback(fix: Fix) -> bool:
    return any("{last_good}" in command for command in fix.commands)


def _filled(kind: Literal["rollback", "undo", "fix"], step: Step, known: dict[str, str]) -> Action:
    commands = [fill_placeholders(command, known) for command in step.commands]
    text = "\n".join(commands)
    missing = [*find_unfilled(text), *(["VALUE"] if _VALUE.search(text) else [])]
    return Action(kind, fill_placeholders(step.says, known), commands, missing)
