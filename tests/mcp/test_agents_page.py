"""docs/agents.md shows real answers, and describes every argument and field."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.mcp.conftest import EXAMPLES, ROOT
from triage.mcp.arguments import DiagnoseArguments
from triage.mcp.toolbox import Connection, Tool, Toolbox
from triage.models.brief import BriefLine
from triage.models.diagnosis_brief import BriefIncident, DiagnosisBrief, FetchBrief
from triage.pipeline import load_packs

PAGE = ROOT / "docs" / "agents.md"
TEXT = PAGE.read_text(encoding="utf-8")
TOOLS = Toolbox(load_packs(), (EXAMPLES,), Connection(folder=EXAMPLES)).tools
CALLS = {
    "diagnose": DiagnoseArguments(exports=["storefront.json"]),
    "evidence": DiagnoseArguments(exports=["storefront.json"], evidence=["E2"]),
}


def section(tool: str) -> str:
    return re.split(r"^##+ ", TEXT.partition(f"\n### {tool}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def names_in(table: str) -> set[str]:
    rows = re.findall(r"^\| (`[^|]+`) \|", table, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def fields(model: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(model)} - {"omitted", "next_cursor"}


@pytest.mark.parametrize("call", CALLS)
def test_page_shows_the_answer_of_a_tool(call: str, request: pytest.FixtureRequest) -> None:
    answer = TOOLS["diagnose"].call(CALLS[call])
    shown = json.dumps(answer, indent=2, ensure_ascii=False) + "\n"
    block = re.compile(rf"(?<=```json {call}\n).*?(?=```\n)", re.DOTALL)
    if request.config.getoption("--renew"):
        PAGE.write_text(block.sub(lambda _: shown, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        return
    (found,) = block.findall(TEXT)
    assert found == shown


@pytest.mark.parametrize("tool", TOOLS.values(), ids=lambda tool: tool.name)
def test_page_describes_every_argument_and_every_field(tool: Tool) -> None:
    takes, _, gives = section(tool.name).partition("| gives |")
    assert names_in(takes) == fields(tool.arguments)
    if tool.brief is FetchBrief:
        assert "`files` and `project`" in section("fetch")
        assert fields(FetchBrief) - fields(DiagnosisBrief) == {"files", "project"}
    else:
        assert names_in(gives) == fields(tool.brief)


def test_page_describes_an_incident_and_a_line() -> None:
    (incident,) = re.findall(r"^\| `incident` \| the incident: (.*) \|$", TEXT, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", incident)) == fields(BriefIncident)
    (line,) = re.findall(r"^\| `decisive_line` \| .*?: (.*) \|$", TEXT, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", line)) <= fields(BriefLine)


def test_every_option_of_the_command_is_described() -> None:
    from triage.cli.mcp import mcp_command

    options = {name for option in mcp_command.params for name in option.opts if name.startswith("--")}
    assert {
        name
        for name in options - {"--quiet", "--verbose"}
        if f"`{name}" not in TEXT and f" {name}" not in TEXT
    } == set()


def test_configuration_of_the_page_is_valid() -> None:
    from triage.cli.mcp import mcp_command

    (block,) = re.findall(r"^```json\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    server = json.loads(block)["mcpServers"]["triage"]
    assert server["command"] == "triage"
    name, *arguments = server["args"]
    assert name == mcp_command.name
    assert arguments[::2] == ["--root"]


def test_client_of_the_page_runs(tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(EXAMPLES)
    (code,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    environment: dict[str, Any] = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    # The client passes no more than the PATH on; from a clone the server needs PYTHONPATH too.
    code = code.replace('args=["mcp"', f'env={{"PYTHONPATH": {str(ROOT)!r}}}, args=["mcp"')
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "DEGRADED: storefront: The environment variable DATABASE_URL is not set\n"
