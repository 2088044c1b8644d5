"""The JSON Schemas of packs: shipped packs fit and name them, and editors get the text of each key."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import rtoml

import triage
from tests.conftest import Golden
from triage.errors import UsageError
from triage.models import Cause, Pack, Playbook, Rule
from triage.rules.keys import FILLED_BY_READER

QUERIES = Path(__file__).parents[2] / "queries"
PACKS = Path(__file__).parent / "packs"
FILES = sorted(QUERIES.rglob("*.toml"))


def kind_of(file: Path) -> str:
    """Return the name of the schema of a shipped file."""
    return "pack" if file.parent == QUERIES or file.name == "pack.toml" else "pack-part"


def faults(file: Path, name: str) -> list[str]:
    checker = jsonschema.Draft4Validator(triage.schema(name))
    return [error.json_path for error in checker.iter_errors(rtoml.load(file))]


@pytest.mark.parametrize("name", ["pack", "pack-part", "playbook"])
def test_schema_is_valid(name: str) -> None:
    jsonschema.Draft4Validator.check_schema(triage.schema(name))


@pytest.mark.parametrize("name", ["pack", "pack-part"])
def test_schema_beside_the_packs_is_the_one_that_triage_prints(name: str, golden: Golden) -> None:
    text = json.dumps(triage.schema(name), indent=2, ensure_ascii=False) + "\n"
    golden(QUERIES / f"{name}.schema.json", text)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_shipped_file_names_its_schema_and_fits_it(file: Path) -> None:
    first_line = file.read_text(encoding="utf-8").partition("\n")[0]
    schema = file.parent / first_line.removeprefix("#:schema ")
    assert schema.resolve() == (QUERIES / f"{kind_of(file)}.schema.json").resolve()
    assert faults(file, kind_of(file)) == []


@pytest.mark.parametrize(
    "file",
    sorted((Path(__file__).parents[2] / "reports" / "playbooks").glob("[a-z]*.toml"))[::20],
    ids=lambda file: file.name,
)
def test_playbook_fits_its_schema(file: Path) -> None:
    assert faults(file, "playbook") == []


def test_faulty_pack_does_not_fit() -> None:
    assert "$.version" in faults(PACKS / "faults-of-the-head.toml", "pack")
    assert "$.rules[14].outcome" in faults(PACKS / "every-fault-of-rules.toml", "pack")
    assert "$.causes[4].tier" in faults(PACKS / "every-fault-of-causes.toml", "pack")


def properties_of(name: str, schema: str) -> dict[str, Any]:
    found: dict[str, Any] = triage.schema(schema)["definitions"][name]["properties"]
    return found


@pytest.mark.parametrize(("name", "model"), [("Rule", Rule), ("Cause", Cause)])
def test_every_key_has_its_text_and_its_allowed_values(name: str, model: type) -> None:
    found = properties_of(name, "pack")
    assert found.keys() == set(model.__struct_fields__)  # type: ignore[attr-defined]
    assert all(value["description"] for value in found.values())
    assert properties_of("Rule", "pack-part")["outcome"]["enum"][:2] == ["", "degraded"]


def test_fields_that_the_reader_fills_are_no_keys() -> None:
    keys = triage.schema("pack")["properties"].keys()
    assert keys == {*Pack.__struct_fields__, "parts"} - FILLED_BY_READER
    assert triage.schema("playbook")["properties"].keys() == set(Playbook.__struct_fields__)


def test_unknown_schema_is_reported_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match=r"there is no schema 'pak'; did you mean pack\?"):
        triage.schema("pak")
    with pytest.raises(UsageError, match="there are diagnosis, timeline, comparison, gate, load, pack"):
        triage.schema("xyz")
