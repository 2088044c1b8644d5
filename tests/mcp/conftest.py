"""A server as a client starts it: a process that speaks over stdin and stdout."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"


class Session:
    """A client that is connected to a server of its own."""

    def __init__(self, portal: Any, client: Client) -> None:
        self._portal = portal
        self.client = client

    def tools(self) -> dict[str, Any]:
        """Return the tools by name."""
        return {tool.name: tool for tool in self._portal.call(self.client.list_tools).tools}

    def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """Call a tool; the client checks what it gives against the tool's schema."""
        result: CallToolResult = self._portal.call(self.client.call_tool, tool, arguments)
        return result

    def call_at_once(self, calls: Iterable[tuple[str, dict[str, Any]]]) -> list[CallToolResult]:
        """Call several tools without waiting for the answers in between."""
        futures = [
            self._portal.start_task_soon(self.client.call_tool, tool, arguments) for tool, arguments in calls
        ]
        return [future.result() for future in futures]

    def data(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Return what a tool gives."""
        result = self.call(tool, **arguments)
        assert not result.is_error, text_of(result)
        data: dict[str, Any] = result.structured_content
        return data

    def error(self, tool: str, **arguments: Any) -> str:
        """Return the error of a call."""
        result = self.call(tool, **arguments)
        assert result.is_error
        return text_of(result)


def text_of(result: CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, TextContent)
    return block.text


def size_of(result: CallToolResult) -> int:
    """Return the bytes of an answer as it is sent."""
    return len(result.model_dump_json(by_alias=True, exclude_none=True).encode())


def command(*options: str | Path, folder: Path, **environment: str) -> StdioServerParameters:
    """Return how a client starts the server, in a folder of its own."""
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "triage", "mcp", *map(str, options)],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), **environment},
    )


@contextmanager
def connect(server: StdioServerParameters, mode: str = "auto") -> Iterator[Session]:
    """Start a server and connect to it by the SDK's own client."""
    with start_blocking_portal() as portal:
        client = Client(server, mode=mode)
        with portal.wrap_async_context_manager(client):
            yield Session(portal, client)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Return a client of a server that reads the examples."""
    with connect(command("--root", EXAMPLES, folder=tmp_path_factory.mktemp("work"))) as session:
        yield session
