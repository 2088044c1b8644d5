"""Alerts as Cloud Monitoring takes them, and what their notifications say."""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from functools import cache

import msgspec

from triage.models import Alert, AlertSettings, Cause, Playbook, WorkloadKind
from triage.models.alert import RateSettings
from triage.rendering.escape import SafeMarkdown
from triage.rendering.markdown_report import render_builtin
from triage.rendering.playbooks import fill_playbook, find_playbook
from triage.rendering.workload_commands import for_workload
from triage.resources import parse_toml, root

#: A variable of a shell. Cloud Monitoring would replace it in a documentation.
_VARIABLE = re.compile(r"\$\{(\w+)\}(?!\w)", re.ASCII)


def to_json(alerts: Sequence[Alert]) -> str:
    """Return one AlertPolicy in the JSON form of the API, or a list of them."""
    policies = [alert.policy for alert in alerts]
    return json.dumps(policies[0] if len(policies) == 1 else policies, indent=2, ensure_ascii=False) + "\n"


def metric_command(alert: Alert) -> str:
    """Return the command that creates the log-based metric of an alert, "" if it counts none."""
    if alert.metric is None:
        return ""
    options = {"description": alert.metric["description"], "log-filter": alert.metric["filter"]}
    words = [f"--{name}={shlex.quote(value)}" for name, value in options.items()]
    return f"gcloud logging metrics create {alert.metric['name']} {' '.join(words)}"


@cache
def alert_settings() -> AlertSettings:
    """Return the settings of all alerts (reports/alerts.toml)."""
    text = (root("reports") / "alerts.toml").read_text(encoding="utf-8")
    return msgspec.convert(parse_toml(text), AlertSettings)


def render_documentation(
    cause: Cause,
    title: str,
    name: str,
    kind: WorkloadKind,
    *,
    rate: RateSettings | None,
    most_bytes: int,
    playbooks: Mapping[str, Playbook],
) -> str:
    """Return what notifications say of a cause, as Markdown: its playbook, with as many fixes as fit.

    title: title of the cause, without names from a log.
    name, kind: name and kind of the workload.
    rate: the rate that the policy is about, if it is.
    playbooks: the playbooks beside the packs.
    """
    playbook = for_workload(find_playbook(cause.playbook, playbooks), kind)
    playbook = fill_playbook(playbook, {"service": name, "cause": cause.id})
    fixes = sorted((fix for fix in playbook.fixes if not fix.symptom_fix), key=lambda fix: fix.priority)
    for number in range(len(fixes), -1, -1):
        text = render_builtin(
            "alert.md.j2",
            title=title,
            cause=SafeMarkdown(cause.id),
            severity=SafeMarkdown(cause.severity),
            playbook=playbook,
            fixes=fixes[:number],
            is_cut=number < len(playbook.fixes),
            rate=rate,
            fetch=SafeMarkdown(f"triage fetch --{kind.replace('_', '-')} {name} --since 1h"),
        )
        text = _VARIABLE.sub(r"$\1", text).replace("${", "$ {")
        if len(text.encode()) <= most_bytes:
            break
    return text
