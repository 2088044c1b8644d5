"""The architecture: which package may import which, and what no file may hold."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import get_args

import click
import pytest

from triage import pipeline
from triage.cli.app import COMMANDS, root_command
from triage.pipeline import load_packs
from triage.rendering.formats import FORMATS, DocumentName, find_renderer, format_names

ROOT = Path(__file__).resolve().parents[1]
TRIAGE = ROOT / "triage"

GROUND_FLOOR = {"errors", "files", "measures", "models", "redact", "resources", "text", "window"}
STAGES = {
    "alerts",
    "probe",
    "release",
    "changes",
    "dashboard",
    "diagnosis",
    "entries",
    "failures",
    "fetching",
    "lql",
    "reading",
    "rendering",
    "rules",
    "runs",
    "tickets",
    "notifications",
}
#: What each package may import: itself and the layers below.
MAY_IMPORT = (
    dict.fromkeys(GROUND_FLOOR, GROUND_FLOOR)
    | {stage: GROUND_FLOOR | {stage} for stage in STAGES}
    | {
        "pipeline": GROUND_FLOOR | STAGES | {"pipeline"},
        "notebook": GROUND_FLOOR | {"pipeline", "notebook"},
        "mcp": GROUND_FLOOR | {"pipeline", "mcp"},
        "cli": GROUND_FLOOR | {"pipeline", "notebook", "mcp", "cli"},
        "__init__": GROUND_FLOOR | {"pipeline", "notebook"},
        "__main__": {"cli"},
    }
)
HEAVY = (
    "pandas",
    "numpy",
    "duckdb",
    "jinja2",
    "google",
    "grpc",
    "altair",
    "pyspark",
    "gcsfs",
    "fsspec",
    "aiohttp",
    "httpx",
    "starlette",
    "sse_starlette",
    "uvicorn",
    "websockets",
    "apprise",
    "requests",
    "mcp",
    "pydantic",
    "starlette",
)


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(TRIAGE).parts[0].removesuffix(".py")


def imported_parts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the packages that a file imports, with lines, relative ones resolved."""
    package = ["triage", *path.relative_to(TRIAGE).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            modules = [f"triage.{alias.name}" for alias in node.names] if module == "triage" else [module]
        else:
            continue
        for module in modules:
            root, _, rest = module.partition(".")
            if root == "triage" and rest and rest != "__version__":
                yield node.lineno, rest.split(".")[0]


def test_every_package_has_a_layer() -> None:
    assert {part_of(path) for path in sources("triage")} <= MAY_IMPORT.keys()


def test_imports_point_down_only() -> None:
    offenders = [
        f"{path.relative_to(ROOT)}:{line} imports {part}"
        for path in sources("triage")
        for line, part in imported_parts(path)
        if part not in MAY_IMPORT[part_of(path)]
    ]
    assert offenders == []


def imported_modules(path: Path, known: AbstractSet[str]) -> set[str]:
    """Return the modules of ours that a file imports, also inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names & known or {node.module}
    return found & known


def test_no_module_imports_in_a_circle() -> None:
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sources("triage")
    }
    graph = {name: imported_modules(path, modules.keys() - {name}) for name, path in modules.items()}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"circle: {' -> '.join(error.args[1])}")


def loaded_modules(*arguments: str) -> set[str]:
    """Return the modules that a run of Python loads."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return {
        line.rpartition("|")[2].strip()
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    }


@pytest.mark.parametrize("arguments", [["-c", "import triage"], ["-m", "triage", "--help"]])
def test_importing_triage_and_asking_for_help_load_nothing_heavy(arguments: list[str]) -> None:
    loaded = loaded_modules(*arguments)
    assert "triage" in loaded
    assert sorted(name for name in loaded if name.partition(".")[0] in HEAVY) == []


def test_diagnosis_loads_only_what_its_logs_need() -> None:
    loaded = loaded_modules("-m", "triage", "diagnose", "tests/cases/auth-database/entries.jsonl")
    assert "triage.pipeline.analyzer" in loaded
    assert sorted(loaded & {"triage.changes", "difflib", "json", "logging", "statistics", "zoneinfo"}) == []


def test_input_is_never_executed_as_code() -> None:
    forbidden_modules = {"pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "jsonpickle"}
    forbidden_calls = {"eval", "exec", "compile", "__import__"}
    offenders = []
    for path in sources("triage", "examples", "benchmarks"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: set[str] = set()
            if isinstance(node, ast.Import):
                names = {alias.name.partition(".")[0] for alias in node.names} & forbidden_modules
            elif isinstance(node, ast.ImportFrom):
                names = {(node.module or "").partition(".")[0]} & forbidden_modules
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                names = {node.func.id} & forbidden_calls
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                # Of YAML only the safe loader is used, which builds plain data.
                is_unsafe = node.value.id == "yaml" and "load" in node.attr and node.attr[:9] != "safe_load"
                names = {f"yaml.{node.attr}"} if is_unsafe else set()
            offenders += [f"{path.relative_to(ROOT)}:{node.lineno} {name}" for name in names]  # type: ignore[attr-defined]
    assert offenders == []


def test_only_entry_points_catch_every_exception() -> None:
    everything = {"Exception", "BaseException"}
    catchers = set()
    for path in sources("triage"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
                names = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
                passed_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
                if (node.type is None or names & everything) and not passed_on:
                    catchers.add(str(path.relative_to(ROOT)))
    assert catchers <= {"triage/cli/entry_point.py", "triage/mcp/server.py"}


def test_type_checkers_know_every_name_of_the_pipeline() -> None:
    stub = ast.parse((TRIAGE / "pipeline" / "__init__.pyi").read_text(encoding="utf-8"))
    listed = {
        alias.name: node.module
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert listed == pipeline._MODULES


def test_every_format_of_a_document_has_a_renderer() -> None:
    for item in FORMATS:
        for document in item.documents:
            if item.renderer:
                assert callable(find_renderer(document, item.name))
            else:
                assert item.name in ("text", "table")
    assert {document for item in FORMATS for document in item.documents} == set(get_args(DocumentName))


def test_commands_take_the_formats_of_their_document() -> None:
    documents: dict[str, tuple[DocumentName, ...]] = {
        "diagnose": ("diagnosis",),
        "fetch": ("diagnosis",),
        "verify": ("diagnosis", "load"),
        "timeline": ("timeline",),
        "compare": ("comparison",),
        "gate": ("gate",),
        "report": ("report",),
        "entries": ("entries",),
        "attach": ("ticket",),
        "alerts": ("alerts",),
    }
    context = click.Context(root_command)
    for name in COMMANDS:
        command = root_command.get_command(context, name)
        assert command is not None
        choices = [
            list(option.type.choices)
            for option in command.params
            if option.name == "output_format" and isinstance(option.type, click.Choice)
        ]
        formats = [found for document in documents.get(name, ()) for found in format_names(document)]
        assert choices == ([list(dict.fromkeys(formats))] if formats else [])


def test_no_word_of_one_service_is_in_the_code() -> None:
    """What a service says and is asked is data: its words are read from its packs."""
    words = {"agent_thinking", "service_not_ready", "Missing field", "Issue #"}
    for pack in load_packs():
        if pack.chain is None:
            continue
        words |= {pack.id, pack.gate.refused, *pack.gate.timeouts}
        if pack.probe is not None:
            generic = {"/ws", "/health"}
            words |= {*pack.probe.paths, *pack.probe.events, pack.probe.message}
            words -= generic
    offenders = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in sources("triage")
        for word in sorted(words - {""})
        if word in path.read_text(encoding="utf-8")
    ]
    assert offenders == []


def test_no_file_is_longer_than_400_lines() -> None:
    longer = {
        str(path.relative_to(ROOT)): lines
        for path in sources("triage", "tests", "examples", "benchmarks")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert longer == {}


def undocumented(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for node in body:
        if isinstance(
            node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ) and not node.name.startswith("_"):
            if ast.get_docstring(node) is None:
                yield f"{prefix}{node.name}"
            if isinstance(node, ast.ClassDef):
                yield from undocumented(node.body, f"{prefix}{node.name}.")


def test_everything_public_has_a_docstring() -> None:
    missing = []
    for path in sources("triage", "examples", "benchmarks"):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        name = str(path.relative_to(ROOT))
        if text.strip() and ast.get_docstring(tree) is None:
            missing.append(name)
        missing += undocumented(tree.body, f"{name}: ")
    assert missing == []


def test_no_file_holds_a_local_path() -> None:
    folders = ["triage", "queries", "reports", "tests", "examples", "benchmarks", "docs", ".ci", ".github"]
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [path for kind in ("*.md", "*.toml", "*.txt", "Makefile") for path in ROOT.glob(kind)]
    machine = [str(ROOT).encode(), f"{Path.home()}/".encode()]
    offenders = [
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix != ".pyc" and any(place in path.read_bytes() for place in machine)
    ]
    assert offenders == []
