"""Commands to run next."""

import shlex
from collections.abc import Sequence

from triage.models import Diagnosis
from triage.pipeline import OnSpark

_MAX_FILES = 5


def suggest_commands(
    diagnosis: Diagnosis, exports: Sequence[str], pack_files: Sequence[str] = ()
) -> list[str]:
    """Return the commands to run next, with the packs that were given.

    If the verdict is inconclusive, the first one fetches more logs. The other one reports the incident.
    """
    again = (
        shlex.join([*exports, *_table_options(diagnosis, exports)])
        if len(exports) <= _MAX_FILES
        else "EXPORT..."
    )
    packs = _pack_options(pack_files)
    again += packs
    again = f"--engine spark {again}" if isinstance(exports, OnSpark) else again
    typed = (
        [f"{_fetch_command(diagnosis)}{packs}"] if diagnosis.verdict in ("inconclusive", "no_data") else []
    )
    if diagnosis.incidents:
        typed.append(f"triage report {again} -o report.md")
    return typed or [f"triage timeline {again}"]


def suggest_explanation(cause: str, pack_files: Sequence[str] = ()) -> str:
    """Return the command that explains a cause, with the packs that were given."""
    return f"triage explain {cause}{_pack_options(pack_files)}"


def _pack_options(pack_files: Sequence[str]) -> str:
    return "".join(f" --pack {shlex.quote(file)}" for file in pack_files)


def _table_options(diagnosis: Diagnosis, exports: Sequence[str]) -> list[str]:
    """Return the services and the window that a BigQuery table needs to be read."""
    if not any(export.startswith("bigquery://") for export in exports):
        return []
    words = [word for service in diagnosis.coverage.services for word in ("--service", service)]
    for option, time in zip(("--since", "--until"), diagnosis.coverage.window_asked, strict=True):
        words += [option, time] if time else []
    return words


def _fetch_command(diagnosis: Diagnosis) -> str:
    """Return the command that fetches the same window, wider if runs are cut."""
    states = [state for state in diagnosis.services if state.service]
    projects = [incident.scope.project for incident in diagnosis.incidents if incident.scope.project]
    kind, name = (states[0].kind, states[0].service) if states else ("service", "SERVICE")
    words = ["triage", "fetch", f"--{kind.replace('_', '-')}", name]
    words += ["--project", projects[0]] if projects else []
    if diagnosis.coverage.first and diagnosis.coverage.last:
        words += ["--from", diagnosis.coverage.first, "--until", diagnosis.coverage.last, "--widen"]
    return shlex.join(words)
