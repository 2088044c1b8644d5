"""Filters in YAML files of Config Connector."""

from collections.abc import Iterator
from typing import Any

import yaml

from triage.errors import BadDataError
from triage.lql.files.found_filter import FoundFilter, align
from triage.models import FilterPurpose

#: The group of the resources that Config Connector knows.
GROUP = "cnrm.cloud.google.com"
#: The fields of each kind that hold a filter: their path in ``spec``, and what the filter is for.
#: Source: https://cloud.google.com/config-connector/docs/reference/overview
_KINDS: dict[str, dict[tuple[str, ...], FilterPurpose]] = {
    "LoggingLogMetric": {("filter",): "metric"},
    "LoggingLogSink": {("filter",): "sink", ("exclusions", "filter"): "exclusion"},
    "LoggingLogExclusion": {("filter",): "exclusion"},
    "LoggingLogView": {("filter",): "view"},
    "MonitoringAlertPolicy": {("conditions", "conditionMatchedLog", "filter"): "alert"},
}


def find_in_yaml(source: str) -> Iterator[FoundFilter]:
    """Yield the filters of the Config Connector resources in a YAML file.

    Raises:
        BadDataError: the file is not YAML; the message has its line.

    """
    try:
        documents = [node for node in yaml.compose_all(source, Loader=yaml.SafeLoader) if node is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise BadDataError(
            f"{line}: it is not valid YAML", "a template is read after it is filled"
        ) from error
    for document in documents:
        fields = _fields(document)
        kind = _scalar(fields.get("kind"))
        if GROUP not in _scalar(fields.get("apiVersion")):
            continue
        name = _scalar(_fields(fields.get("metadata")).get("name"))
        for path, purpose in _KINDS.get(kind, {}).items():
            for node in _nodes(fields.get("spec"), path):
                start, end = node.start_mark.index, node.end_mark.index
                is_text = isinstance(node, yaml.ScalarNode)
                letters = tuple(align(node.value, source, start, end)) if is_text else None
                yield FoundFilter(f"{kind} {name}", purpose, letters, start)


def _nodes(node: Any, path: tuple[str, ...]) -> Iterator[yaml.Node]:
    """Yield the nodes at a path; a list stands for each of its items."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _nodes(item, path)
    elif not path:
        if node is not None:
            yield node
    else:
        yield from _nodes(_fields(node).get(path[0]), path[1:])


def _fields(node: Any) -> dict[str, yaml.Node]:
    return {_scalar(key): value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _scalar(node: Any) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""
