"""The way of a service into a VPC: connector or network, and what goes through it."""

import re
from typing import Any

import msgspec

from triage.changes.json_values import last_part
from triage.changes.specification import SpecificationBuilder

_INTERFACE = re.compile(r"""["'](network|subnetwork)["']\s*:\s*["']([^"']+)["']""")
_TAGS = re.compile(r"""["']tags["']\s*:\s*\[([^\]]*)\]""")

_TAG = re.compile(r"[\w-]+", re.ASCII)


def add_vpc(builder: SpecificationBuilder, connector: str, egress: str, interfaces: Any) -> None:
    """Add the three parts of ``vpc``; egress counts only where there is something to go out through.

    ``interfaces`` are objects (v2) or their text (an annotation of v1).
    """
    written = interfaces if isinstance(interfaces, str) else msgspec.json.encode(interfaces or []).decode()
    found = [f"{kind} {last_part(name)}" for kind, name in _INTERFACE.findall(written)]
    found += [f"tags {', '.join(sorted(_TAG.findall(tags)))}" for tags in _TAGS.findall(written)]
    if connector:
        builder.add("template.vpcAccess.connector", "vpc", f"connector {last_part(connector)}", "connector")
    if found:
        builder.add("template.vpcAccess.networkInterfaces", "vpc", " ".join(found), "network")
    if connector or found or egress:
        way = egress.lower().replace("_", "-")
        way = "private-ranges-only" if way in ("", "vpc-egress-unspecified") else way
        builder.add("template.vpcAccess.egress", "vpc", f"egress {way}", "egress")
