"""The rule packs of the engine's tests: the shipped rules, with a chain of the tests' own."""

import tomllib
from pathlib import Path

import msgspec

from triage import pipeline
from triage.models import Chain, Pack

_CHAIN = Path(__file__).with_name("chain.toml")


def load_engine_packs() -> list[Pack]:
    """Return the shipped packs; the one with a chain gets that of ``chain.toml``."""
    chain = msgspec.convert(tomllib.loads(_CHAIN.read_text(encoding="utf-8")), Chain)
    return [
        pack if pack.chain is None else msgspec.structs.replace(pack, chain=chain)
        for pack in pipeline.load_packs()
    ]
