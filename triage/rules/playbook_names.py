"""The names of the shipped playbooks and of the blocks that playbooks share."""

from functools import cache

from triage import resources


@cache
def shipped_playbooks() -> tuple[str, ...]:
    """Return the names of the shipped playbooks."""
    folder = resources.root("reports") / "playbooks"
    names = (file.name for file in folder.iterdir() if file.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in names if not name.startswith("_")))


@cache
def shared_blocks() -> tuple[str, ...]:
    """Return the names of the blocks that a playbook can use."""
    text = (resources.root("reports") / "playbooks" / "_shared.toml").read_text(encoding="utf-8")
    return tuple(sorted(resources.parse_toml(text)))
