"""An answer has at most 8,000 bytes as it is sent, whatever the logs hold."""

import json
import threading
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mcp.types import CallToolResult, TextContent

from tests.examples import examples
from tests.mcp.conftest import size_of, text_of
from triage.errors import UsageError
from triage.mcp.server import _call
from triage.mcp.toolbox import Toolbox
from triage.models.brief import Brief
from triage.models.cause_brief import CauseBrief
from triage.models.comparison_brief import ComparisonBrief
from triage.models.diagnosis_brief import BriefAction, DiagnosisBrief, FetchBrief
from triage.models.query_brief import QueryBrief
from triage.models.timeline_brief import TimelineBrief
from triage.pipeline import load_packs
from triage.rendering.briefs.size import Page, fit, fit_part
from triage.rendering.briefs.size import text_of as json_of

BRIEFS = [CauseBrief, ComparisonBrief, DiagnosisBrief, FetchBrief, QueryBrief, TimelineBrief]
#: Texts that cost most: each byte of the last ones takes up to six in a text of JSON.
TEXTS = ["x", "é", "🚫", "日本語", '"', "\\", "\n", "\x7f", "<b>", "a b\n"]
long_texts = st.builds(
    lambda text, count: text * count,
    st.one_of(st.sampled_from(TEXTS), st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)),
    st.one_of(st.integers(1, 20), st.integers(100, 3_000)),
)


def filled(kind: Any, text: str, count: int) -> Any:
    """Return a value of a type with this text in every text, and so many items in every list."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return filled(next(part for part in get_args(kind) if part is not NoneType), text, count)
    if origin is Literal:
        return get_args(kind)[0]
    if origin is list:
        return [filled(get_args(kind)[0], text, count) for _ in range(count)]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        names = [
            field for field in msgspec.structs.fields(kind) if field.name not in ("omitted", "next_cursor")
        ]
        return kind(**{field.name: filled(field.type, text, count) for field in names})
    return {str: text, int: 10**9, float: 1e9, bool: True}[kind]


def sent(data: dict[str, Any]) -> int:
    """Return the bytes of a brief as it is sent."""
    block = TextContent(type="text", text=json_of(data))
    return size_of(CallToolResult(content=[block], structured_content=data))


@pytest.mark.parametrize("kind", BRIEFS, ids=lambda kind: kind.__name__)
@settings(max_examples=examples(8))
@given(text=long_texts, count=st.one_of(st.integers(0, 4), st.integers(20, 30)))
@example(text="\\" * 3_000, count=30)
@example(text='"\n' * 3_000, count=1)
@example(text="\x7f" * 10, count=30)
def test_brief_fits_whatever_its_texts_are(kind: type[Brief], text: str, count: int) -> None:
    brief = filled(kind, text, count)
    data = fit(brief, {})
    assert sent(data) <= 8_000
    msgspec.convert(data, kind)
    lists = [field.name for field in msgspec.structs.fields(kind) if get_origin(field.type) is list]
    for part in lists:
        page = fit_part(brief, part, "")
        assert sent(page) <= 8_000
        assert len(page[part]) >= min(count, 1)


@settings(max_examples=examples(30))
@given(texts=st.lists(long_texts, max_size=60))
@example(texts=["\n" * 993])
def test_pages_hold_every_item_once_and_in_order(texts: list[str]) -> None:
    numbered = [f"{number} {text} " for number, text in enumerate(texts)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = Page(cursor)
        for text in numbered:
            page.add(text)
        data = page.build({"headline": "x" * 10_000}, "items")
        assert sent(data) <= 8_000
        seen += [item.split()[0] for item in data["items"]]
        if "next_cursor" not in data:
            break
        assert int(data["next_cursor"]) > int(cursor or 0)
        cursor = data["next_cursor"]
    assert seen == [str(number) for number in range(len(texts))]


def test_text_of_several_lines_keeps_its_last_one() -> None:
    text = "\n".join(["Traceback (most recent call last):", *["  File"] * 3_000, "KeyError: 'price'"])
    page = Page("")
    page.add(text)
    (item,) = page.build({}, "items")["items"]
    assert item.startswith("Traceback (most recent call last):")
    assert item.endswith("KeyError: 'price'")


def test_command_is_whole_or_left_out() -> None:
    long = BriefAction(says="Roll back.", commands=["gcloud run services update " + "x" * 3_000, "curl URL"])
    data = fit(DiagnosisBrief(verdict="ready", headline="READY", do_now=[long]), {})
    assert data["do_now"] == [{"says": "Roll back.", "commands": ["curl URL"]}]
    assert data["omitted"] == {"commands": 1}


@pytest.mark.parametrize("cursor", ["-1", "x", "1.5", "²", "9" * 12, " 1"])
def test_cursor_of_another_kind_is_refused(cursor: str) -> None:
    with pytest.raises(UsageError, match="cursor"):
        Page(cursor)


SYSTEM = "projects/demo/logs/run.googleapis.com%2Fvarlog%2Fsystem"
messages = st.one_of(
    long_texts,
    st.builds(lambda text: f"Error: {text}", long_texts),
    st.builds(
        lambda text: f"Traceback (most recent call last):\n  File\n{text}\nKeyError: {text}", long_texts
    ),
    st.sampled_from(["Container called exit(1).", "Database initialization timeout after 25.0s in staging."]),
)
names = st.one_of(st.just("shop"), long_texts)


@st.composite
def entries(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return failed starts and other lines, with any text wherever a log may have one."""
    labels = {"service_name": draw(names), "revision_name": draw(names), "location": draw(names)}
    found = []
    for number in range(draw(st.integers(1, 12))):
        text = draw(messages)
        is_system = text.startswith("Container called")
        entry = {
            "timestamp": f"2026-05-12T09:30:{number:02}Z",
            "insertId": draw(st.one_of(st.just(f"id{number}"), long_texts)),
            "severity": draw(st.sampled_from(["DEFAULT", "INFO", "WARNING", "ERROR", "CRITICAL"])),
            "resource": {"type": "cloud_run_revision", "labels": labels},
            "labels": {"instanceId": draw(st.sampled_from(["00f0", "00f1"]))},
            "logName": SYSTEM if is_system else "projects/demo/logs/run.googleapis.com%2Fstderr",
        }
        payload = draw(st.sampled_from(["textPayload", "jsonPayload"]))
        found.append(entry | {payload: text if payload == "textPayload" else {"message": text, "key": text}})
    return found


@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=entries())
def test_answer_fits_for_any_export(entries: list[dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "log.json").write_text(json.dumps(entries), encoding="utf-8", errors="surrogatepass")
    tools = Toolbox(load_packs(), (tmp_path,)).tools
    calls: list[tuple[str, dict[str, Any]]] = [
        ("diagnose", {"exports": ["log.json"]}),
        ("timeline", {"exports": ["log.json"]}),
        ("compare", {"before": "log.json", "after": "log.json"}),
        ("query", {"filter": "severity>=DEFAULT", "exports": ["log.json"]}),
        ("query", {"filter": "severity>=DEFAULT", "exports": ["log.json"], "whole": True}),
        *(("diagnose", {"exports": ["log.json"], "part": part}) for part in ("lines", "because", "limits")),
    ]
    for name, arguments in calls:
        result = _call(tools[name], arguments, one_at_a_time=threading.Lock(), debug=True)
        assert not result.is_error, text_of(result)
        assert size_of(result) <= 8_000
        assert json.loads(text_of(result)) == result.structured_content
        msgspec.convert(result.structured_content, tools[name].brief)
