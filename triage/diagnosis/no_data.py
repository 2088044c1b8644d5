"""Why there is nothing to judge: no entries, none of what is asked for, or none of Cloud Run."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from triage.models import WORKLOAD_RESOURCES, Coverage

_CLOUD_RUN = frozenset(resource_type for resource_type, _ in WORKLOAD_RESOURCES.values())
#: Types that are read although they are none of Cloud Run: load balancers, and those that client libraries
#: write where they do not know the platform.
_ALSO_READ = frozenset({"", "http_load_balancer", "global", "generic_task", "generic_node"})
_MAX_NAMES = 8


def explain_no_data(coverage: Coverage) -> str:
    """Return why there is nothing to judge, as a sentence without a period; "" if there is something."""
    within = coverage.records - coverage.broken - coverage.outside
    if not within:
        return _explain_empty(coverage)
    types = coverage.resource_types
    if types and not any(_is_read(name) for name in types):
        total = sum(types.values())
        noun = "entry is" if total == 1 else "entries are"
        return f"0 of {total:,} {noun} of Cloud Run: {_count_first(types)}"
    return ""


def _is_read(resource_type: str) -> bool:
    return resource_type in _CLOUD_RUN or resource_type in _ALSO_READ


def _explain_empty(coverage: Coverage) -> str:
    asked, outside = coverage.services_asked, coverage.services_outside
    if asked and coverage.outside and not any(_matches(name, asked) for name in outside):
        named = {name: count for name, count in outside.items() if name}
        there = f"services in this file: {_names_first(named)}" if named else "no entry names a service"
        return f"no entries of service {', '.join(asked)}; {there}"
    if coverage.outside:
        return f"none of {coverage.records} records is within what the options ask for"
    if coverage.forms and set(coverage.forms) == {"empty"}:
        return "the file is empty (did gcloud fail?)" if len(coverage.files) == 1 else "all files are empty"
    return "the export holds no entries"


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _count_first(counts: Mapping[str, int]) -> str:
    """Return "12 k8s_container, 3 gce_instance"."""
    return _join([f"{count:,} {name}" for name, count in _by_count(counts)])


def _names_first(counts: Mapping[str, int]) -> str:
    """Return "a (120), b (3)"."""
    return _join([f"{name} ({count:,})" for name, count in _by_count(counts)])


def _by_count(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _join(parts: list[str]) -> str:
    more = len(parts) - _MAX_NAMES
    return ", ".join(parts[:_MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
