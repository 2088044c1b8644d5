"""``triage compare``: first line, exit status, and both sides fetched."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Self

import jsonschema
import pytest

from examples.make_example import AFTER, BAD, BEFORE, EXPORT, FIXED, NEW
from tests.fakes.logging_server import LoggingServer, read_export
from triage.rendering.documents import json_schema

GOLDEN = Path(__file__).parent / "golden"
SERVICE = "netra-backend-staging"
Call = Callable[..., Any]
SIDES = ("examples/before.json", "examples/after.json")
REVISIONS = ("examples/export.json", "--revision", "*-00041-*", "--with", "*-00042-*")


@pytest.fixture(params=["80", "120"])
def width(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("COLUMNS", request.param)
    return str(request.param)


@pytest.fixture
def _local_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXPORT.parents[1])


@pytest.mark.usefixtures("_local_time_zone")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("comparison-better", SIDES),
        ("comparison-worse", tuple(reversed(SIDES))),
        ("comparison-same", (SIDES[1], SIDES[1])),
        ("comparison-revisions", REVISIONS),
    ],
)
def test_comparison_is_readable_at_every_width(
    name: str, words: tuple[str, ...], width: str, call: Call, golden: Callable[[Path, str], None]
) -> None:
    called = call("compare", *words)
    assert (called.status, called.err) == (0, "")
    assert max(map(len, called.out.splitlines()[1:])) <= int(width)
    golden(GOLDEN / f"{name}.{width}.txt", called.out)


def test_first_line_is_the_answer_with_reasons(call: Call) -> None:
    better, worse = call("compare", "-q", BEFORE, AFTER).out, call("compare", "-q", AFTER, BEFORE).out
    assert better == (
        f"BETTER  {SERVICE}\n"
        f"{SERVICE} was not ready and is ready.\n"
        "/ws/health answered 2xx: 0 of 12 before, 24 of 24 after.\n"
        "An error pattern is gone: Agent run was not queued: connection to 10.20.0.7:6379\nrefused.\n"
    )
    assert worse.startswith(f"WORSE  {SERVICE}\n{SERVICE} was ready and is not ready.\n")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ((BEFORE, AFTER), 0),
        ((BEFORE, AFTER, "--exit-code", "--strict"), 0),
        ((AFTER, BEFORE), 0),
        ((AFTER, BEFORE, "--exit-code"), 1),
        ((AFTER, BEFORE, "--strict"), 0),
        ((AFTER, AFTER, "--exit-code", "--strict"), 0),
        ((AFTER, BEFORE, "--service", "other", "--exit-code"), 0),
        ((AFTER, BEFORE, "--service", "other", "--exit-code", "--strict"), 3),
    ],
)
def test_exit_status_reflects_worse_and_unclear_on_request(
    call: Call, words: tuple[Any, ...], status: int
) -> None:
    assert call("compare", "-q", *words).status == status


def test_document_matches_its_schema(call: Call) -> None:
    for words in ((BEFORE, AFTER), (AFTER, BEFORE), (BEFORE, "--revision", NEW, "--with", BAD)):
        document = json.loads(call("compare", *words, "--format", "json").out)
        jsonschema.Draft202012Validator(json_schema("comparison")).validate(document)
        assert document["schema"] == "triage.comparison/1"


def test_verification_ticks_metrics_measured_in_after(call: Call) -> None:
    page = call("compare", BEFORE, AFTER, "--format", "markdown").out
    assert "**AFTER is better.**" in page
    assert "Startup aborted in its DATABASE phase" in page
    assert "- [x] Every boot becomes ready (within 24 hours): 2 of 2 boots became ready (target: all)" in page
    worse = call("compare", BEFORE, BEFORE, "--format", "markdown").out
    assert (
        "- [ ] Every boot becomes ready (within 24 hours): 0 of 3 boots became ready (target: all)" in worse
    )


def test_log_text_cannot_control_the_terminal_or_forge_the_answer(call: Call, tmp_path: Path) -> None:
    hostile = f"{SERVICE}\nBETTER  forged \x1b]0;owned\x07 [bold]red[/bold] jane.doe@example.com"
    files = []
    for path in (AFTER, BEFORE):
        entries = json.loads(path.read_bytes())
        for entry in entries:
            entry["resource"]["labels"]["service_name"] = hostile
            if entry.get("severity") == "ERROR" and "jsonPayload" in entry:
                entry["jsonPayload"]["message"] += f" {hostile}"
        files.append(tmp_path / path.name)
        files[-1].write_text(json.dumps(entries), encoding="utf-8")
    printed = call("compare", *files).out
    assert printed.startswith(f"WORSE  {SERVICE} BETTER forged ")
    assert not any(line.startswith("BETTER") for line in printed.splitlines())
    assert not any(character < " " for character in printed if character != "\n")
    assert "[bold]red[/bold]" in " ".join(printed.split())
    assert "jane.doe" not in printed + call("compare", *files, "--format", "json").out
    assert "jane.doe" not in call("compare", *files, "--format", "markdown").out


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_every_format_can_be_written_to_a_file(call: Call, tmp_path: Path, form: str) -> None:
    out = tmp_path / "out"
    words = ("compare", BEFORE, AFTER, "--format", form)
    called = call(*words, "-o", out)
    assert (called.out, called.err) == ("", f"wrote {out}\n")
    assert out.read_text(encoding="utf-8") == call(*words).out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "there is nothing to compare; name BEFORE and AFTER, or"),
        ((BEFORE, AFTER, EXPORT), "compare takes two exports, not 3; put a glob in quotes"),
        ((BEFORE,), f"in these logs are {BAD} (not ready), {NEW} (ready)"),
        ((BEFORE, AFTER, "--with", NEW), "--revision and --with compare within one EXPORT"),
        (("-", "-"), "standard input can be read once"),
        ((BEFORE, "--around", "1h"), "--around fetches both sides"),
        (("--around", "1h"), "--around compares one service; give --service NAME once"),
        (("--around", "1h", "--service", SERVICE, "--filter", "a"), "narrow exports; take them away"),
        (("--around", "1h", "--service", SERVICE, "--since", "2h"), "narrow exports; take them away"),
        (("--engine", "spark", "--around", "1h", "--service", SERVICE), "--engine needs an EXPORT"),
        (("--around", "now", "--service", SERVICE), "--around now: nothing is after it yet"),
        ((BEFORE, AFTER, "--project", "demo"), "--project, --endpoint and --impersonate are for fetching"),
        (("--around", "1h", "--margin", "soon", "--service", SERVICE), "'soon' is no duration"),
    ],
)
def test_invalid_comparison_is_rejected_with_a_hint(
    call: Call, words: tuple[Any, ...], expected: str
) -> None:
    called = call("compare", *words)
    assert (called.status, called.out) == (2, "")
    assert expected in called.err
    assert called.err.count("\n") == 1


@pytest.fixture
def evening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoggingServer]:
    """Cloud Logging with the whole evening, and an empty folder to fetch to."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
    monkeypatch.setenv("TRIAGE_READS_PER_MINUTE", "1000000")
    with LoggingServer([*read_export(BEFORE), *read_export(AFTER)]) as server:
        yield server


AROUND = ("compare", "--service", SERVICE, "--around", "2026-03-19T19:10Z", "--project", "demo-project")


def test_both_sides_of_a_deployment_are_fetched_and_written(
    call: Call, evening: LoggingServer, tmp_path: Path
) -> None:
    called = call(*AROUND, "--margin", "80m", "--endpoint", evening.address, "--format", "json")
    document = json.loads(called.out)
    assert (called.status, document["change"]) == (0, "better")
    assert [document[side]["hours"] for side in ("before", "after")] == pytest.approx([4 / 3, 4 / 3])
    assert document["after"]["revisions"] == [FIXED]
    files = sorted(tmp_path.glob("*.jsonl.gz"))
    assert [f"wrote {file.name}:" in called.err for file in files] == [True, True]
    again = json.loads(call("compare", *files, "--format", "json").out)
    for side in ("before", "after"):
        assert again[side].pop("name") != document[side].pop("name")
    assert again == document


class _Clock(datetime):
    """A stopped clock; the real one is left to the connection to the server."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls(2026, 3, 19, 19, 25, tzinfo=tz)


def test_unfinished_window_ends_now(
    call: Call, evening: LoggingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.cli.compare.datetime", _Clock)
    called = call(*AROUND, "--endpoint", evening.address, "--format", "json")
    document = json.loads(called.out)
    assert document["before"]["hours"] == 0.5
    assert (document["after"]["last"], document["after"]["hours"]) == ("2026-03-19T19:25:00.000000Z", 0.25)


def test_side_without_entries_is_reported_as_missing_data(call: Call, evening: LoggingServer) -> None:
    called = call(*AROUND, "--margin", "10m", "--endpoint", evening.address, "--strict")
    assert called.status == 3
    assert called.out.startswith(f"UNCLEAR  {SERVICE}\nBEFORE is about no service, AFTER is about {SERVICE}")
