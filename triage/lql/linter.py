"""Filters that are written wrongly but plausibly: what Cloud Logging takes, and does not mean what was meant."""

from collections.abc import Callable, Iterator

from triage.lql import semantic_lints, syntax_lints
from triage.lql.errors import FilterError
from triage.lql.findings import apply_fixes
from triage.lql.parser import parse
from triage.lql.tree import Query
from triage.models import Finding

LINTS: tuple[Callable[[Query], Iterator[Finding]], ...] = (
    syntax_lints.too_long,
    syntax_lints.single_quotes,
    syntax_lints.curly_quotes,
    syntax_lints.operators,
    syntax_lints.loose_or,
    syntax_lints.spaced_function,
    syntax_lints.special_characters,
    syntax_lints.field_alone,
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
    semantic_lints.no_time_bound,
)
#: One mend may lay another slip open.
_MAX_ROUNDS = 5


def lint(text: str) -> list[Finding]:
    """Return what is probably not meant in a filter, in the order of its text; nothing where nothing is wrong.

    Raises:
        FilterError: the text is no filter at all.

    """
    query = parse(text)
    found = [finding for lint in LINTS for finding in lint(query)]
    return sorted(found, key=lambda finding: (finding.start, finding.end, finding.code))


def fix(text: str) -> str:
    """Return the filter with every error of ``lint`` mended whose fix is known; warnings and notes are the writer's.

    Raises:
        FilterError: the text is no filter at all.

    """
    for _ in range(_MAX_ROUNDS):
        fixes = [finding for finding in lint(text) if finding.level == "error" and finding.fix is not None]
        if not fixes:
            break
        better = apply_fixes(text, fixes)
        if not _is_filter(better):
            break
        text = better
    return text


def _is_filter(text: str) -> bool:
    """Return whether mends, each made for itself, go together."""
    try:
        parse(text)
    except FilterError:
        return False
    return True
