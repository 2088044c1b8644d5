"""Which check a line speaks of, when the service's scrubber ate its name."""

import re

from triage.models import Chain, Unchanging

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


class Naming(Unchanging):
    """The checks of a chain by name, by description and by their place in the group that is under way."""

    def __init__(self, chain: Chain | None) -> None:
        """Index the chain; without one, names are taken as they are written."""
        checks = chain.checks if chain else []
        self.order = [name for phase in chain.phases for name in phase.checks] if chain else []
        self.phase = {name: phase.number for phase in chain.phases for name in phase.checks} if chain else {}
        self._described = {text: check.id for check in checks for text in check.descriptions}

    def known(self, names: str) -> list[str]:
        """Return the checks that a list names, in its order; pseudo-names such as a startup phase are none."""
        return [name for name in _NAME.findall(names) if name in self.order]

    def resolve(self, name: str, description: str, waiting: list[str]) -> str | None:
        """Return the check of a line: by its name, its description, else the first that the group still waits for."""
        if name in self.order:
            return name
        described = self._described.get(description.strip()) or self._described.get(description.strip(" )"))
        if described:
            return described
        if name:
            return name
        return waiting[0] if waiting else None
