"""Lint filters: valid syntax that probably does not mean what was intended."""

from collections.abc import Callable, Iterator

from triage.lql import resource_lints, semantic_lints, syntax_lints, value_lints
from triage.lql.errors import FilterError
from triage.lql.findings import apply_fixes
from triage.lql.parser import parse
from triage.lql.tree import Query
from triage.models import FilterPurpose, Finding

LINTS: tuple[Callable[[Query], Iterator[Finding]], ...] = (
    syntax_lints.too_long,
    syntax_lints.single_quotes,
    syntax_lints.curly_quotes,
    syntax_lints.operators,
    syntax_lints.loose_or,
    syntax_lints.mixed_operators,
    syntax_lints.spaced_function,
    syntax_lints.special_characters,
    syntax_lints.field_alone,
    syntax_lints.array_indices,
    semantic_lints.impossible_values,
    semantic_lints.patterns,
    semantic_lints.stars,
    semantic_lints.log_names,
    semantic_lints.label_paths,
    semantic_lints.missing_fields,
    semantic_lints.unequal_to_any,
    semantic_lints.defaulted_fields,
    semantic_lints.severity_floor,
    semantic_lints.text_payload_only,
    value_lints.bare_log_names,
    value_lints.hash_comments,
    value_lints.placeholders,
    value_lints.patterns_as_text,
    value_lints.nulls,
    value_lints.orders_of_text,
    value_lints.function_generation,
    value_lints.contradictions,
    resource_lints.resource_types,
    resource_lints.resource_labels,
    resource_lints.http_codes,
)
#: Lints of filters for one purpose. Only filters that read stored entries need a time bound.
PURPOSE_LINTS: dict[FilterPurpose, tuple[Callable[[Query], Iterator[Finding]], ...]] = {
    "read": (semantic_lints.no_time_bound,),
    "view": (resource_lints.view_filters,),
}
#: Warnings whose fix has the same meaning.
_SAFE_FIXES = ("single-quotes",)
#: A fix may reveal another error.
_MAX_ROUNDS = 5


def lint(text: str, purpose: FilterPurpose = "read") -> list[Finding]:
    """Return the findings about a filter, sorted by position.

    A correct filter has no findings.

    purpose: what Cloud Logging uses the filter for.

    Raises:
        FilterError: the text is not a valid filter.

    """
    query = parse(text)
    found = [finding for lint in (*LINTS, *PURPOSE_LINTS.get(purpose, ())) for finding in lint(query)]
    return sorted(found, key=lambda finding: (finding.start, finding.end, finding.code))


def fix(text: str) -> str:
    """Return the filter with all lint errors fixed that have a known fix.

    Single quotes become double quotes. All other warnings, and notes, are left to the author.

    Raises:
        FilterError: the text is not a valid filter.

    """
    for _ in range(_MAX_ROUNDS):
        fixes = [finding for finding in lint(text) if finding.fix is not None and _is_safe(finding)]
        if not fixes:
            break
        better = apply_fixes(text, fixes)
        if not _is_filter(better):
            break
        text = better
    return text


def _is_safe(finding: Finding) -> bool:
    return finding.level == "error" or finding.code in _SAFE_FIXES


def _is_filter(text: str) -> bool:
    """Return whether the text parses; fixes made independently may conflict."""
    try:
        parse(text)
    except FilterError:
        return False
    return True
