r"""Write alerts for Terraform: HCL, or the same as JSON.

A string of HCL has the escapes of JSON except ``\b`` and ``\f``. In both forms it is a template: ``${`` and
``%{`` in a text are doubled. Strings stand on one line with their line breaks escaped, as Terraform itself
writes configurations.

Sources: the pages "HCL native syntax specification" (hashicorp/hcl), "JSON configuration syntax" of
Terraform, and those of the resources google_monitoring_alert_policy and google_logging_metric.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from triage.models import Alert
from triage.models.alert import METRIC_TYPES

_CHANNELS = "notification_channels"
_POLICY, _METRIC = "google_monitoring_alert_policy", "google_logging_metric"
#: Maps with keys of their own; other objects are blocks.
_MAPS = frozenset({"label_extractors", "user_labels"})
_CAPITAL = re.compile(r"[A-Z]")
_TEMPLATE = re.compile(r"[$%](?=\{)")


class _Block(NamedTuple):
    """A block at the top: its kind, its labels, and what stands in it."""

    kind: str
    labels: tuple[str, ...]
    body: dict[str, Any]


class _Expression(NamedTuple):
    """An expression of Terraform."""

    text: str


def to_terraform(alerts: Sequence[Alert]) -> str:
    """Return alerts as HCL, in the format of ``terraform fmt``."""
    parts = []
    for block in _blocks(alerts):
        head = " ".join([block.kind, *map(_hcl_string, block.labels)])
        parts.append("\n".join([f"{head} {{", *_body(block.body, 1), "}"]))
    return "\n\n".join(parts) + "\n"


def to_terraform_json(alerts: Sequence[Alert]) -> str:
    """Return alerts in Terraform's JSON syntax."""
    document: dict[str, list[Any]] = {}
    for block in _blocks(alerts):
        body: Any = _json_value(block.body)
        for label in reversed(block.labels):
            body = {label: body}
        document.setdefault(block.kind, []).append(body)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _blocks(alerts: Sequence[Alert]) -> Iterator[_Block]:
    description = "Channels that the alert policies notify: projects/PROJECT/notificationChannels/ID."
    yield _Block("variable", (_CHANNELS,), {"description": description, "default": []})
    for alert in alerts:
        policy = _translate(alert.policy) | {_CHANNELS: _Expression(f"var.{_CHANNELS}")}
        if alert.metric is not None:
            yield _Block("resource", (_METRIC, alert.name), _translate(alert.metric))
            policy = _with_reference(policy, alert.metric["name"], alert.name)
        yield _Block("resource", (_POLICY, alert.name), policy)


def _translate(value: Any, *, is_map: bool = False) -> Any:
    """Return a value of an API with Terraform's names, strings as templates, and objects as blocks."""
    if isinstance(value, Mapping):
        fields = {}
        for key, inner in value.items():
            name = key if is_map else _CAPITAL.sub(lambda found: f"_{found[0].lower()}", key)
            translated = _translate(inner, is_map=name in _MAPS)
            fields[name] = [translated] if isinstance(inner, Mapping) and name not in _MAPS else translated
        return fields
    if isinstance(value, list):
        return [_translate(item) for item in value]
    return _TEMPLATE.sub(lambda found: found[0] * 2, value) if isinstance(value, str) else value


def _with_reference(value: Any, metric: str, name: str) -> Any:
    """Return a value whose filters refer to the resource of a metric, which Terraform then creates first."""
    if isinstance(value, dict):
        return {key: _with_reference(inner, metric, name) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_reference(item, metric, name) for item in value]
    reference = f"{METRIC_TYPES}${{{_METRIC}.{name}.name}}"
    return value.replace(METRIC_TYPES + metric, reference) if isinstance(value, str) else value


def _json_value(value: Any) -> Any:
    if isinstance(value, _Expression):
        return f"${{{value.text}}}"
    if isinstance(value, dict):
        return {key: _json_value(inner) for key, inner in value.items()}
    return [_json_value(item) for item in value] if isinstance(value, list) else value


def _body(body: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Yield the lines of a block: its attributes, then its maps and blocks, each behind an empty line."""
    margin = "  " * depth
    attributes = {key: value for key, value in body.items() if not _is_nested(value)}
    width = max(map(len, attributes), default=0)
    for key, value in attributes.items():
        yield f"{margin}{key:<{width}} = {_hcl_value(value)}"
    first = not attributes
    for key, value in body.items():
        if not _is_nested(value):
            continue
        for item in value if isinstance(value, list) else [value]:
            if not first:
                yield ""
            first = False
            yield f"{margin}{key}{' =' * isinstance(value, dict)} {{"
            yield from _body(item, depth + 1)
            yield f"{margin}}}"


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(item, dict) for item in value)
    )


def _hcl_value(value: Any) -> str:
    if isinstance(value, _Expression):
        return value.text
    return _hcl_string(value) if isinstance(value, str) else json.dumps(value)


def _hcl_string(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return re.sub(r"\\(.)", lambda found: {"b": r"\u0008", "f": r"\u000c"}.get(found[1], found[0]), quoted)
