"""Generate the logs of the benchmarks: hours of a busy service.

About 6 % of the entries match the packs (validations, boots, refusals). The rest are application lines, in
both payload forms, and requests. All words are written for this project.
"""

import gzip
import json
import random
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, count, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

from examples.log_writer import Instance, Log
from examples.make_example import log_boot, log_connection, log_refusal, log_startup

BIRTH = datetime(2000, 1, 1, tzinfo=UTC)
BEGIN = datetime(2026, 3, 17, 6, tzinfo=UTC)
ENTRIES_PER_MINUTE = 2000
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0)"
REASON = "AUTOSCALING - Instance started due to configured scaling factors or no existing capacity."

#: Application lines on stdout: logger and message; @n@ becomes a number.
PRINTED = [
    (
        "netra_backend.app.routes.threads",
        "Loaded thread thr-@n@ with 14 messages for user demo-user-@n@ in 12.4 ms",
    ),
    (
        "netra_backend.app.agents.triage_agent",
        "Agent triage finished step 3 of run run-@n@: next agent is data",
    ),
    (
        "netra_backend.app.agents.data_agent",
        "Agent data read 480 rows of demo_events for run run-@n@ in 0.31s",
    ),
    (
        "netra_backend.app.llm.client",
        "Completion of run run-@n@: 812 tokens in, 233 tokens out, model demo-large, 1.92s",
    ),
    (
        "netra_backend.app.websocket_core.unified_emitter",
        "Event agent_thinking delivered to demo-user-@n@ on main_@n@",
    ),
    (
        "netra_backend.app.websocket_core.unified_emitter",
        "Event tool_completed delivered to demo-user-@n@ on main_@n@",
    ),
    ("netra_backend.app.services.billing", "Usage of demo-user-@n@ recorded: 1045 tokens, plan demo"),
    ("netra_backend.app.db.session", "Session closed after 3 statements in 8.1 ms (pool: 7 of 20 in use)"),
    ("netra_backend.app.cache", "Cache hit for thread:thr-@n@ (ttl 240s)"),
    ("netra_backend.app.cache", "Cache miss for plan:demo-user-@n@, computed in 3.2 ms"),
]
#: Application lines on stderr: location and message.
WRITTEN = [
    (
        "netra_backend.app.core.request_log.log_request:88",
        "Request req-@n@ of demo-user-@n@ answered with 200 in 41.7 ms",
    ),
    (
        "netra_backend.app.agents.supervisor.run:310",
        "Run run-@n@ of demo-user-@n@ started with 4 agents and 9 tools",
    ),
    (
        "netra_backend.app.agents.supervisor.run:377",
        "Run run-@n@ of demo-user-@n@ completed in 7.61s, 4 agents, 11 tool calls",
    ),
    (
        "netra_backend.app.tools.dispatcher.call:142",
        "Tool search_documents called by run-@n@ returned 12 results in 0.22s",
    ),
    ("netra_backend.app.core.rate_limiter.check:57", "Rate of demo-user-@n@ is 14 of 60 requests per minute"),
    (
        "netra_backend.app.auth.tokens.verify:201",
        "User demo-user-@n@ is known to the session store, roles: member",
    ),
    ("logging.callHandlers:1706", "Slow statement: select from demo_events where run = run-@n@ took 412 ms"),
]
PATHS = ["/api/threads", "/api/threads/thr-@n@/messages", "/api/agents/run", "/api/usage", "/api/plans"]


class EntryTemplate(NamedTuple):
    """An entry with %(words)s where entries differ.

    Attributes:
        seconds: its offset in its scene.
        line: the entry on one line.
        pretty: the entry as gcloud indents it.

    """

    seconds: float
    line: str
    pretty: str


class Writer(NamedTuple):
    """The instance that writes an entry."""

    revision: str
    instance: str


def record_templates(play: Callable[[Instance], object]) -> list[EntryTemplate]:
    """Return the templates of the entries that a scene writes.

    @n@ in their text becomes a number.
    """
    log = Log()
    play(Instance(log, "@revision@", BIRTH))
    return [_to_template(entry) for entry in log.entries]


def _to_template(entry: dict[str, Any]) -> EntryTemplate:
    seconds = (datetime.fromisoformat(entry["timestamp"]) - BIRTH).total_seconds()
    entry |= {"insertId": "@insert@", "timestamp": "@stamp@Z", "receiveTimestamp": "@stamp@417Z"}
    line = json.dumps(entry, separators=(",", ":"))
    pretty = "  " + json.dumps(entry, indent=2, sort_keys=True).replace("\n", "\n  ")
    return EntryTemplate(seconds, _to_placeholders(line), _to_placeholders(pretty))


def _to_placeholders(text: str) -> str:
    text = re.sub(r"2000-01-01T[\d:.]+(?:Z|\+00:00)", "@stamp@Z", text)
    text = re.sub(r"2000-01-01 [\d:]+", "@clock@", text)
    text = re.sub(r'("instanceId": ?")[0-9a-f]+', r"\1@instance@", text)
    return re.sub("@([a-z]+)@", r"%(\1)s", text.replace("%", "%%"))


def generate_minutes(chance: random.Random) -> Iterator[list[tuple[float, EntryTemplate, Writer]]]:
    """Yield the entries of each minute in order: second, template and writer."""
    talk = [
        *(
            record_templates(partial(Instance.printed, seconds=0, logger=logger, message=text))
            for logger, text in PRINTED
        ),
        *(
            record_templates(partial(Instance.line, seconds=0, where=where, message=text))
            for where, text in WRITTEN
        ),
        *(
            record_templates(
                partial(Instance.request, seconds=0, path=path, status=200, latency=0.04, agent=AGENT)
            )
            for path in PATHS
        ),
    ]
    connected = record_templates(partial(log_connection, seconds=0.0))
    refused = record_templates(partial(log_refusal, seconds=0.0, path="/ws/health", agent=AGENT))
    booted = record_templates(
        lambda instance: log_startup(instance, log_boot(instance, REASON), database=True)
    )
    failed = record_templates(
        lambda instance: log_startup(instance, log_boot(instance, REASON), database=False)
    )
    alive = [_new_writer(chance, 60) for _ in range(24)]
    for minute in count():
        scenes = [connected] * 4 + [refused] * 6
        if minute % 10 == 5:
            alive[minute % len(alive)] = _new_writer(chance, 60 + minute // 60)
            scenes.append(failed if minute % 30 == 5 else booted)
        scenes += [chance.choice(talk) for _ in range(ENTRIES_PER_MINUTE - sum(map(len, scenes)))]
        shown = []
        for forms in scenes:
            begun, who = 60 * minute + chance.uniform(0, 60), chance.choice(alive)
            shown += [(begun + form.seconds, form, who) for form in forms]
        yield sorted(shown, key=itemgetter(0))


def _new_writer(chance: random.Random, number: int) -> Writer:
    return Writer(f"netra-backend-staging-{number:05}-abc", f"00{chance.getrandbits(632):0158x}")


def generate_entries() -> Iterator[tuple[EntryTemplate, dict[str, str]]]:
    """Yield the template of each entry and its words."""
    chance = random.Random(449)
    for at, form, who in chain.from_iterable(generate_minutes(chance)):
        moment = BEGIN + timedelta(seconds=at)
        yield (
            form,
            {
                "insert": f"{chance.getrandbits(96):024x}",
                "stamp": f"{moment:%Y-%m-%dT%H:%M:%S.%f}",
                "clock": f"{moment:%Y-%m-%d %H:%M:%S}",
                "revision": who.revision,
                "instance": who.instance,
                "n": str(chance.randrange(10_000, 99_999)),
            },
        )


def write_corpus(folder: Path, size: int) -> None:
    """Write ``size`` bytes of JSON lines into ``folder``, and the other formats.

    These are a pretty array and both compressions. ``tenth.jsonl`` holds the first tenth, ``thousand.json``
    the first 1,000 entries as gcloud prints them.
    """
    written = entries = 0
    with (folder / "entries.jsonl").open("w") as lines, (folder / "entries.json").open("w") as array:
        for form, words in generate_entries():
            written += lines.write(form.line % words + "\n")
            array.write((",\n" if entries else "[\n") + form.pretty % words)
            entries += 1
            if written >= size:
                break
        array.write("\n]\n")
    _write_parts(folder, size)
    for name, opened in (("entries.jsonl.gz", gzip.open), ("entries.jsonl.zst", zstandard.open)):
        with (folder / "entries.jsonl").open("rb") as whole, opened(folder / name, "wb") as packed:
            shutil.copyfileobj(whole, packed, 1 << 20)


def _write_parts(folder: Path, size: int) -> None:
    with (folder / "entries.jsonl").open() as lines, (folder / "tenth.jsonl").open("w") as tenth:
        written = 0
        while written < size // 10:
            written += tenth.write(next(lines))
    with (folder / "tenth.jsonl").open() as lines:
        thousand = [json.loads(line) for line in islice(lines, 1000)]
    thousand.reverse()
    (folder / "thousand.json").write_text(json.dumps(thousand, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    write_corpus(Path(sys.argv[1]), int(sys.argv[2]))
