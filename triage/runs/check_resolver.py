"""Which check a line is about, also where its name was scrubbed."""

import re
from collections.abc import Collection

from triage.models import Chain, Immutable

_CHECK_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


class CheckResolver(Immutable):
    """The checks of a chain by name, description and position in the open group."""

    def __init__(self, chain: Chain | None) -> None:
        """Index the chain; without one, names are taken as written."""
        self.chain = chain
        checks = chain.checks if chain else []
        self.order = [name for phase in chain.phases for name in phase.checks] if chain else []
        self.phase = {name: phase.number for phase in chain.phases for name in phase.checks} if chain else {}
        self._described = {text: check.id for check in checks for text in check.descriptions}

    def known_checks(self, names: str, more: Collection[str] = ()) -> list[str]:
        """Return the checks in a list of names, in order: those of the chain and ``more``."""
        return [name for name in _CHECK_NAME.findall(names) if name in self.order or name in more]

    @staticmethod
    def names(text: str) -> list[str]:
        """Return all names in a list, known or not, in order."""
        return _CHECK_NAME.findall(text)

    def resolve(self, name: str, description: str, pending: list[str]) -> str | None:
        """Return the check of a line: by name, by description, else the first pending one."""
        if name in self.order:
            return name
        described = self._described.get(description.strip()) or self._described.get(description.strip(" )"))
        if described:
            return described
        if name:
            return name
        return pending[0] if pending else None
