"""Measure `triage query match` beside jq on 100,000 entries: `python -m benchmarks.querying`.

Their runs alternate, and what counts is the CPU time: other programs may use the machine meanwhile.
"""

import os
import shutil
import sys
from itertools import islice
from pathlib import Path

from benchmarks.corpus import generate_entries
from benchmarks.measure import Contender, measure_interleaved

ENTRIES = 100_000
SERVICE = "netra-backend-staging"
_LOUD, _RUN = '"ERROR","CRITICAL","ALERT","EMERGENCY"', "run-[0-9]*7 "
#: Each filter, and the same for jq.
FILTERS = {
    "severity and service": (
        f'severity>=ERROR AND resource.labels.service_name="{SERVICE}"',
        f'(.severity | IN({_LOUD})) and .resource.labels.service_name=="{SERVICE}"',
    ),
    "text in a payload": (
        f'jsonPayload.message=~"{_RUN}" OR textPayload=~"{_RUN}"',
        f'(.jsonPayload.message // "" | test("{_RUN}")) or (.textPayload // "" | test("{_RUN}"))',
    ),
}


def write_entries(path: Path) -> None:
    """Write the entries as JSON lines, unless they are there."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as lines:
        lines.writelines(form.line % words + "\n" for form, words in islice(generate_entries(), ENTRIES))
    part.rename(path)


def to_markdown(path: Path, rounds: int) -> list[str]:
    """Return the results as Markdown."""
    write_entries(path)
    missing = "" if shutil.which("jq") else "jq not installed"
    rows = [
        f"`triage query match` beside jq on {ENTRIES:,} entries ({path.stat().st_size / 1e6:.0f} MB).",
        "",
        "| | wall s | CPU s | peak MB | x CPU |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name, (query, program) in FILTERS.items():
        triage, jq = measure_interleaved(
            [
                Contender(
                    f"triage, {name}",
                    [sys.executable, "-m", "triage", "query", "match", query, str(path)],
                    rounds,
                ),
                Contender(f"jq, {name}", ["jq", "-c", f"select({program})", str(path)], rounds, missing),
            ],
            rounds,
        )
        for result in (triage, jq):
            ratio = f"{result.cpu / jq.cpu:.2f}" if jq.succeeded and result.succeeded else ""
            figures = f"{result.wall:.2f} | {result.cpu:.2f} | {result.memory / 1e6:.0f} | {ratio}"
            rows.append(f"| {result.contender.name} | {figures if result.succeeded else 'failed | | | '} |")
    return [*rows, "", "- aim: at most 1.5 times jq's time"]


def main() -> None:
    """Measure and print."""
    rounds = int(os.environ.get("BENCH_ROUNDS", "3"))
    print("", *to_markdown(Path("out/bench/query.jsonl"), rounds), sep="\n")


if __name__ == "__main__":
    main()
