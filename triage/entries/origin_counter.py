"""Count of what the records are: resource types, and services outside the selection."""

from collections import Counter
from collections.abc import Iterable

from triage.models import Skipped

#: Names that are distinguished; the rest is counted together.
_NAMES = 200
_OVERFLOW = "…"


class OriginCounter:
    """Counts records by resource type within the selection, and by service outside it.

    Attributes:
        resource_types: records within the selection by resource type, "" for none.
        outside: records outside the selection by service, "" for none.

    """

    def __init__(self) -> None:
        """Create an empty counter."""
        self.resource_types: Counter[str] = Counter()
        self.outside: Counter[str] = Counter()

    def add(self, resource_type: str, service: str, *, is_outside: bool) -> None:
        """Count one record."""
        if is_outside:
            _count(self.outside, service, 1)
        else:
            _count(self.resource_types, resource_type, 1)

    def add_types(self, resource_types: Iterable[str]) -> None:
        """Count records within the selection."""
        for name, number in Counter(resource_types).items():
            _count(self.resource_types, name, number)

    def add_skipped(self, skipped: Skipped) -> None:
        """Count records that were not decoded."""
        for name, number in skipped.resource_types.items():
            _count(self.resource_types, name, number)
        for name, number in skipped.services_outside.items():
            _count(self.outside, name, number)


def _count(counter: Counter[str], name: str, number: int) -> None:
    """Count a name; of too many the smallest are distinguished, so that their order has no effect."""
    counter[name] += number
    if len(counter) > _NAMES + (_OVERFLOW in counter):
        largest = max(known for known in counter if known != _OVERFLOW)
        counter[_OVERFLOW] += counter.pop(largest)
