"""Measure triage beside other tools and write RESULTS.md: `make bench`.

BENCH_MB is the size of the JSON lines in megabytes (1000), BENCH_ROUNDS the number of runs (3). BENCH_AGAINST
is the checkout of another commit, with which each kind of export is compared in alternating runs. The logs
are kept in out/bench/ and regenerated when their generator has changed.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import fetching, querying, workloads
from benchmarks.measure import Contender, Result, measure_interleaved

HERE = Path(__file__).parent
ROOT = HERE.parent
TRIAGE = [sys.executable, "-m", "triage"]
MEGABYTES = int(os.environ.get("BENCH_MB", "1000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
AGAINST = os.environ.get("BENCH_AGAINST", "")
LINES, TENTH, RIPGREP = "triage diagnose, JSON lines", "triage diagnose, a tenth of the lines", "rg -ic"
THOUSAND, OWN_HELP = "triage diagnose, 1,000 entries", "triage --help"
BARE_HELP = "a bare click program --help"
HOUR = ("--since", "2026-03-17T07:00:00Z", "--until", "2026-03-17T08:00:00Z")
#: json.load needs about this many bytes of memory per byte of input.
JSON_LOAD_GROWTH = 8


def prepare_corpus() -> Path:
    """Return the folder of the logs, generated if missing.

    Generation runs in its own process, to keep the memory of this one small.
    """
    sources = [
        HERE / "corpus.py",
        HERE / "dense.py",
        HERE / "workloads.py",
        *sorted((ROOT / "examples").glob("*.py")),
    ]
    words = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]
    folder = ROOT / "out" / "bench" / f"{MEGABYTES}MB-{words}"
    if not folder.exists():
        print(f"writing {MEGABYTES} MB of logs to {folder.relative_to(ROOT)}", flush=True)
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        subprocess.run(
            [sys.executable, "-m", "benchmarks.corpus", str(unfinished), str(MEGABYTES * 1_000_000)],
            check=True,
        )
        subprocess.run(
            [sys.executable, "-m", "benchmarks.workloads", str(unfinished), str(MEGABYTES)], check=True
        )
        unfinished.rename(folder)
    return folder


def load_keywords() -> list[str]:
    """Return the keywords of the packs, for ripgrep to count."""
    code = "from triage.rules.loader import load_packs; "
    code += "print(*{word for pack in load_packs() for word in pack.keywords}, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return sorted(done.stdout.splitlines())


def make_peer(name: str, tools: Iterable[str], command: Sequence[str], rounds: int = ROUNDS) -> Contender:
    """Return another tool; skipped if a program that it needs is not installed."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    return Contender(name, command, rounds, f"{', '.join(missing)} not installed" if missing else "")


def list_contenders(folder: Path, words: list[str]) -> list[Contender]:
    """Return triage on every format of the same entries, and other tools."""
    lines, array = str(folder / "entries.jsonl"), str(folder / "entries.json")
    patterns = [part for word in words for part in ("-e", word)]
    quoted = " ".join(f"-e '{word}'" for word in words)
    message = ".jsonPayload.message // .textPayload // .httpRequest.requestUrl"
    piped = f"rg -iF {quoted} '{lines}' | jq -r '{message}' | sort | uniq -c | sort -rn"
    filtered = ":filter-in " + "|".join(word.replace("(", r"\(").replace(")", r"\)") for word in words)
    script = Contender(
        "json.load and keyword lists", [sys.executable, str(HERE / "keyword_script.py"), array], 1
    )
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if free < JSON_LOAD_GROWTH * Path(array).stat().st_size:
        script = script._replace(skipped="not enough memory free to load the whole array")
    return [
        Contender(LINES, [*TRIAGE, "diagnose", lines], ROUNDS),
        Contender("triage diagnose, .zst", [*TRIAGE, "diagnose", f"{lines}.zst"], ROUNDS),
        Contender("triage diagnose, .gz", [*TRIAGE, "diagnose", f"{lines}.gz"], ROUNDS),
        Contender("triage diagnose, pretty array", [*TRIAGE, "diagnose", array], ROUNDS),
        Contender(
            "triage diagnose, JSON lines, one service and hour",
            [*TRIAGE, "diagnose", lines, "--service", "netra-backend-staging", *HOUR],
            ROUNDS,
        ),
        Contender(
            "triage diagnose, a tenth of the lines",
            [*TRIAGE, "diagnose", str(folder / "tenth.jsonl")],
            ROUNDS,
        ),
        make_peer(RIPGREP, ["rg"], ["rg", "-icF", "--no-mmap", *patterns, lines]),
        make_peer("rg, jq, sort, uniq -c", ["rg", "jq"], ["sh", "-c", piped]),
        make_peer("lnav, filtered", ["lnav"], ["lnav", "-n", "-c", filtered, lines], 1),
        script,
    ]


def to_table(results: list[Result], base: float) -> list[str]:
    """Return the results as Markdown; the last column is relative to ``base``."""
    rows = ["| | wall s | CPU s | peak MB | x rg -ic |", "| --- | ---: | ---: | ---: | ---: |"]
    for result in results:
        name = result.contender.name
        if result.contender.skipped:
            rows.append(f"| {name} | skipped: {result.contender.skipped} | | | |")
        elif not result.succeeded:
            rows.append(f"| {name} | failed | | | |")
        else:
            ratio = f"{result.wall / base:.2f}" if base else ""
            rows.append(
                f"| {name} | {result.wall:.2f} | {result.cpu:.2f} | {result.memory / 1e6:.0f} | {ratio} |"
            )
    return rows


def summarize(results: list[Result]) -> list[str]:
    """Return the targets beside the measurements, as far as both ran."""
    ran = {result.contender.name: result for result in results if result.succeeded}
    lines, tenth, rg = (ran.get(name) for name in (LINES, TENTH, RIPGREP))
    thousand, own, bare = (ran.get(name) for name in (THOUSAND, OWN_HELP, BARE_HELP))
    told = []
    if lines and rg:
        told.append(f"- JSON lines: {lines.wall / rg.wall:.2f} times ripgrep's wall time (aim: at most 1.5)")
    if lines:
        told.append(f"- peak memory: {lines.memory / 1e6:.0f} MB (aim: under 300 MB, whatever the size)")
    if lines and tenth:
        told.append(
            f"- ten times the entries: {lines.wall / tenth.wall:.1f} times as long (aim: linear, at most 10)"
        )
    if thousand:
        told.append(f"- 1,000 entries: {thousand.cpu:.2f} s of CPU (aim: under 0.5)")
    if own and bare:
        told.append(
            f"- `triage --help`: {own.wall / bare.wall:.1f} times a bare click program (aim: at most 2)"
        )
    return told


def main() -> None:
    """Measure, print and write the results."""
    folder, words = prepare_corpus(), load_keywords()
    load = os.getloadavg()[0]
    large = measure_interleaved(list_contenders(folder, words), ROUNDS)
    small = measure_interleaved(
        [
            Contender(THOUSAND, [*TRIAGE, "diagnose", str(folder / "thousand.json")], 7),
            Contender(OWN_HELP, [*TRIAGE, "--help"], 7),
            Contender(BARE_HELP, [sys.executable, str(HERE / "bare_click.py"), "--help"], 7),
        ],
        7,
    )
    base = next((result.wall for result in large if result.contender.name == RIPGREP), 0.0)
    size = (folder / "entries.jsonl").stat().st_size
    with (folder / "entries.jsonl").open("rb") as lines:
        count = sum(1 for _ in lines)
    report = [
        "# Results of `make bench`",
        "",
        (
            f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
            f"Python {platform.python_version()}; the median of {ROUNDS} interleaved rounds (lnav and "
            "json.load: one)."
        ),
        (
            f"{count:,} entries in {size / 1e6:,.0f} MB of JSON lines, of which about 6 % hold one of the "
            "packs' "
            f"{len(words)} keywords. Peak memory is that of the largest process, CPU time that of all. "
            "Start-up is included."
        ),
        (
            f"The load average of the machine was {load:.1f} at the beginning and {os.getloadavg()[0]:.1f} "
            "at the end; beyond about 1 the wall times depend on what else ran, and say little."
        ),
        "",
        *to_table(large, base),
        "",
        *to_table(small, 0.0),
        "",
        *summarize(large + small),
        "",
        *workloads.to_markdown(folder, ROUNDS, Path(AGAINST).resolve() if AGAINST else None),
        "",
        *querying.to_markdown(folder / "query.jsonl", ROUNDS),
        "",
        *fetching.to_markdown(),
    ]
    (HERE / "RESULTS.md").write_text("\n".join(report) + "\n", encoding="utf-8")
    print("", *report, sep="\n")


if __name__ == "__main__":
    main()
