"""What a copy of something that holds it need not copy."""

from typing import Self


class Unchanging:
    """Never changed once it is made, so that a copy of what is still growing shares it."""

    __slots__ = ()

    def __deepcopy__(self, _memo: object) -> Self:
        """Return it as it is."""
        return self
