"""Filters that are written wrongly but plausibly: what Cloud Logging takes, and does not mean what was meant."""

from collections.abc import Callable, Iterator

from triage.lql import slips, surprises
from triage.lql.errors import FilterError
from triage.lql.finding import mended
from triage.lql.parsing import parse
from triage.lql.tree import Query
from triage.models import Finding

LINTS: tuple[Callable[[Query], Iterator[Finding]], ...] = (
    slips.too_long,
    slips.single_quotes,
    slips.curly_quotes,
    slips.operators,
    slips.loose_or,
    slips.spaced_function,
    slips.special_characters,
    slips.field_alone,
    surprises.impossible_values,
    surprises.patterns,
    surprises.stars,
    surprises.log_names,
    surprises.label_paths,
    surprises.missing_fields,
    surprises.unequal_to_any,
    surprises.defaulted_fields,
    surprises.severity_floor,
    surprises.text_payload_only,
    surprises.no_time_bound,
)
#: One mend may lay another slip open.
_ROUNDS = 5


def lint(text: str) -> list[Finding]:
    """Return what is probably not meant in a filter, in the order of its text; nothing where nothing is wrong.

    Raises:
        FilterError: the text is no filter at all.

    """
    query = parse(text)
    found = [finding for lint in LINTS for finding in lint(query)]
    return sorted(found, key=lambda finding: (finding.start, finding.end, finding.code))


def mend(text: str) -> str:
    """Return the filter with every error of ``lint`` mended whose mend is known; warnings and notes are the writer's.

    Raises:
        FilterError: the text is no filter at all.

    """
    for _ in range(_ROUNDS):
        mends = [finding for finding in lint(text) if finding.level == "error" and finding.mend is not None]
        if not mends:
            break
        better = mended(text, mends)
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
