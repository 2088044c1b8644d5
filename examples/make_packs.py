"""Write the tables of docs/packs.md: the steps of runs, the groups that are read, and every key of a pack.

They are made from the code, and a test keeps them true. Running it again writes the same bytes:

    python -m examples.make_packs
"""

import re
from pathlib import Path
from typing import Any

from triage.models import OUTCOMES, STEPS, RunKind
from triage.pipeline import schema

PAGE = Path(__file__).parents[1] / "docs" / "packs.md"
#: What a line says at each step.
SAYS: dict[tuple[RunKind, str], str] = {
    ("validation", "started"): "the checks begin; `environment`",
    ("validation", "startup_wait"): "they wait for the startup to reach a phase; `phase`, `reason`",
    ("validation", "app_state"): "they wait for the state of the application; `elapsed`",
    ("validation", "phase"): "a phase begins or ends; `phase` is its number",
    ("validation", "group"): "which checks come next, in order; `checks`",
    ("validation", "group_result"): "which critical checks of a group failed; `checks`",
    ("validation", "attempts"): "how often a check was tried; `check`, `attempts`, `elapsed`",
    (
        "validation",
        "reason",
    ): "why a check fails, before its result; tolerated: it passes all the same; `reason`",
    ("validation", "check"): "the result of a check; `check` or `description`, `elapsed`, `reason`; warned: "
    "it failed and is not critical",
    ("validation", "verdict"): "the run ends, ready or not; `elapsed`, `reason`",
    ("validation", "skipped"): "the run ends without any check, as there is nothing to check",
    ("validation", "failed_services"): "the failed checks, after a verdict; `checks`",
    ("validation", "tail"): "something that follows every verdict",
    ("validation", "claim"): "what a caller says of the verdict; it never changes it; `checks`",
    ("validation", "refused"): "the same, of a refused request; `checks`",
    ("validation", "allowed"): "a caller admits a request after the run",
    ("validation", "queued"): "a caller waits for the run",
    ("gate", "error"): "the middleware failed to get a verdict; `reason`",
    ("gate", "bypassed"): "it admits a request without a verdict",
    ("gate", "allowed"): "it admits a request although the verdict is bad; `checks`, `reason`",
    ("gate", "refused"): "it refuses a request; `path`, `state`, `checks`, `error`",
    ("gate", "approved"): "it admits a request; `path`",
    ("boot", "born"): "an instance starts",
    ("boot", "listening"): "its server listens",
    ("boot", "worker"): "a worker process starts",
    ("boot", "phase_started"): "a phase of the startup begins; `phase`",
    ("boot", "phase_passed"): "a phase of the startup is done; `phase`, `elapsed`",
    ("boot", "failed"): "the startup failed; `phase`, `checks`, `reason`",
    ("boot", "memory"): "the memory limit was exceeded",
    ("boot", "traceback"): "a stack trace that belongs to the start",
    ("boot", "note"): "something else that belongs to the start; `reason`",
    ("boot", "died"): "the instance ended; `code`: 0 is not a failure",
    ("boot", "ready"): "the startup is done",
    ("boot", "stopped"): "the instance was asked to stop",
    ("probe", "started"): "a probe from outside begins",
    ("probe", "plain"): "the response to a plain request",
    ("probe", "upgraded"): "the response to a request with upgrade headers",
    ("probe", "headers"): "whether the two differ",
    ("probe", "socket"): "how the WebSocket went",
    ("probe", "event"): "an event on the WebSocket",
    ("probe", "verdict"): "the probe ends",
}
#: The groups that triage reads, apart from sentences.
GROUPS = {
    "check": "the check that the line is about, as `chain.checks` names it",
    "checks": "several checks: every name of the chain in the text",
    "description": "a text that identifies a check, one of its `descriptions` in `chain.checks`",
    "reason": "why it failed, in words",
    "error": "the same, where there is no `reason`; of a gate the exception",
    "elapsed": "how long it took, in seconds: leave it out where the line says milliseconds",
    "attempts": "how often it was tried",
    "phase": "number of a phase of the chain; of a boot the name of a phase of the startup",
    "environment": "the environment, such as staging, by which `critical` of a check is chosen",
    "path": "path of a request",
    "state": "state that the middleware gives with a refusal",
    "code": "exit code of a container",
    "probe": "id of a probe",
    "says": "what a probe saw, in words",
}
#: The tables of a pack in TOML, and their classes.
_TABLES = {
    "The top of the file": "Pack",
    "[chain]": "Chain",
    "[[chain.phases]]": "Phase",
    "[[chain.checks]]": "Check",
    "[[rules]]": "Rule",
    "[[causes]]": "Cause",
    "run of a cause": "RunNeeds",
    "because of a cause": "ReasonTemplate",
    "ruled_out of a cause": "RuledOutRule",
    "suggest of a cause": "SuggestedQuery",
    "[paths]": "Paths",
    "[gate]": "GateWords",
    "[probe]": "ProbeTable",
    "[probe.response]": "ResponseKeys",
    "[decode]": "DecodeTable",
    "ignored_errors of [decode]": "IgnoredError",
}


def steps_table() -> str:
    """Return the steps of each kind of run with their outcomes."""
    rows = ["| run | step | outcomes | the line says |", "| --- | --- | --- | --- |"]
    for run in ("validation", "boot", "gate", "probe"):
        for step in (step for kind, step in SAYS if kind == run):
            outcomes = ", ".join(f"`{name}`" for name in sorted(OUTCOMES.get((run, step), ())))
            rows.append(f"| `{run}` | `{step}` | {outcomes} | {SAYS[run, step]} |")
    return "\n".join(rows)


def groups_table() -> str:
    """Return the groups that triage reads."""
    rows = ["| group | meaning |", "| --- | --- |"]
    return "\n".join([*rows, *(f"| `{name}` | {meaning} |" for name, meaning in GROUPS.items())])


def keys_tables() -> str:
    """Return a table of keys for each table of a pack."""
    pack = schema("pack")
    parts = []
    for title, name in _TABLES.items():
        table = pack if name == "Pack" else pack["definitions"][name]
        heading = title if title.startswith("The") else f"`{title}`" if title.startswith("[") else title
        rows = [f"### {heading}", "", "| key | value | meaning |", "| --- | --- | --- |"]
        required = table.get("required", [])
        for key, value in table["properties"].items():
            needed = ", required" if key in required else ""
            default = f" (`{value['default']}`)" if isinstance(value.get("default"), float) else ""
            meaning = value["description"].rstrip(".").replace("``", "`").replace("|", "\\|")
            rows.append(f"| `{key}` | {_kind(value)}{needed} | {meaning}{default} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts)


def _kind(value: dict[str, Any]) -> str:
    """Return what a value is, with the allowed ones where they are few."""
    if "enum" in value:
        words = [word for word in value["enum"] if word]
        return "a step of the run" if len(words) > 20 else ", ".join(f"`{word}`" for word in words)
    if "anyOf" in value:
        return " or ".join(filter(None, map(_kind, value["anyOf"])))
    if "$ref" in value:
        return "table"
    kind = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    if value.get("type") == "array":
        return f"list of {_plural(value['items'])}"
    return kind.get(value.get("type", ""), "table")


def _plural(items: dict[str, Any]) -> str:
    if "enum" in items:
        return _kind(items)
    return "tables" if "$ref" in items else "texts"


def fill(page: str) -> str:
    """Return the page with its tables written anew."""
    for name, text in (("steps", steps_table()), ("groups", groups_table()), ("keys", keys_tables())):
        begin, end = f"<!-- {name}: python -m examples.make_packs -->", f"<!-- end of {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        page = pattern.sub(lambda _, text=f"{begin}\n{text}\n{end}": text, page)  # type: ignore[misc]
    return page


def main() -> None:
    """Write the tables."""
    PAGE.write_text(fill(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    assert SAYS.keys() == {(run, step) for run, steps in STEPS.items() for step in steps}  # noqa: S101
    main()
