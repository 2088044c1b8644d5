"""A base class for objects that copies can share."""

from typing import Self


class Immutable:
    """An object that never changes, so that a deep copy can share it."""

    __slots__ = ()

    def __deepcopy__(self, _memo: object) -> Self:
        """Return the object itself."""
        return self
