"""What is known of a configuration: one flat table of items, and which areas of it are known."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

#: The areas of a specification, named by their path in the v2 API: masks and redactions are read against
#: them.
CONTAINER_AREAS = (
    "template.containers.image",
    "template.containers.env",
    "template.containers.resources",
    "template.containers.ports",
    "template.containers.command",
    "template.containers.args",
    "template.containers.startupProbe",
    "template.containers.livenessProbe",
    "template.containers.readinessProbe",
)
VOLUMES = "template.volumes"
TEMPLATE_AREAS = (
    *CONTAINER_AREAS,
    VOLUMES,
    "template.maxInstanceRequestConcurrency",
    "template.scaling.maxInstanceCount",
    "template.scaling.minInstanceCount",
    "template.timeout",
    "template.serviceAccount",
    "template.vpcAccess.connector",
    "template.vpcAccess.egress",
    "template.vpcAccess.networkInterfaces",
    "template.executionEnvironment",
)
SERVICE_AREAS = ("ingress", "traffic", "scaling.maxInstanceCount", "scaling.minInstanceCount")
#: The part of a limit that a service has as a whole.
OF_SERVICE = "of the service"
#: The digest to which Cloud Run resolved the tag of the image: only a revision's status has it.
DIGEST = "digest"

#: Texts of values that were cut out of the log: equal to any other.
REDACTED = "(redacted)"

#: The part of a variable whose value is the name and version of a secret.
SECRET_REFERENCE = "from a secret"  # noqa: S105 - a word, no password


class ItemKey(NamedTuple):
    """An item by its name in documents, and a part of it ("egress", or the name of a second container)."""

    name: str
    part: str = ""


class Specification(msgspec.Struct, frozen=True):
    """Items with their values as texts, of which documents show differences; values may be secret.

    ``areas`` has the area of each item, ``known`` the areas that were given or have a known default: an item
    that is absent from a known area is not set, one that is absent from another area is unknown.
    """

    items: dict[ItemKey, str] = {}
    areas: dict[ItemKey, str] = {}
    known: frozenset[str] = frozenset()

    def get(self, name: str, part: str = "") -> str | None:
        """Return the value of an item, None where it is not set or not known."""
        return self.items.get(ItemKey(name, part))

    def knows(self, areas: Iterable[str]) -> bool:
        """Return whether all these areas are known."""
        return self.known.issuperset(areas)

    def limited_to(self, known: Iterable[str]) -> "Specification":
        """Return what it says of these areas."""
        kept = self.known.intersection(known)
        return Specification(
            {key: value for key, value in self.items.items() if self.areas[key] in kept},
            {key: area for key, area in self.areas.items() if area in kept},
            kept,
        )

    def over(self, other: "Specification") -> "Specification":
        """Return this specification, completed with what the other says of areas that are unknown here.

        A digest belongs to its image: it is taken from the other only together with the same image.
        """
        rest = other.known - self.known
        image = ItemKey("image")
        if self.items.get(image, other.items.get(image)) != other.items.get(image):
            rest -= {DIGEST}
        more = other.limited_to(rest)
        return Specification(more.items | self.items, more.areas | self.areas, self.known | rest)


class SpecificationBuilder:
    """Collects the items of one specification."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        """Begin with the areas that are known, whether they hold an item or not."""
        self.known = set(known)
        self._items: dict[ItemKey, str] = {}
        self._areas: dict[ItemKey, str] = {}

    def add(self, area: str, name: str, value: str, part: str = "") -> None:
        """Add an item; its area is known by that."""
        key = ItemKey(name, part)
        self._items[key], self._areas[key] = value, area
        self.known.add(area)

    def value(self, key: ItemKey) -> str | None:
        """Return the value of an item that was added, None where there is none."""
        return self._items.get(key)

    def build(self) -> Specification:
        """Return the specification; items of areas that are not known any more are left out."""
        return Specification(self._items, self._areas, frozenset(self.known)).limited_to(self.known)


def is_covered(area: str, paths: Iterable[str]) -> bool:
    """Return whether one of the paths is the area, holds it or lies in it."""
    return any(
        path in (area, "*") or area.startswith(f"{path}.") or path.startswith(f"{area}.") for path in paths
    )
