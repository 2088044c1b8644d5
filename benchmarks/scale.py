"""Measure how triage scales, on one machine and on Spark: `make bench-scale`.

BENCH_SCALE_GB is the largest size in gigabytes (8); an eighth, a quarter and a half of it are measured too.
One file of JSON lines grows from size to size in out/bench/ and is deleted at the end.
"""

import os
import platform
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import NamedTuple, TextIO

from benchmarks import corpus
from benchmarks.__main__ import HERE, ROOT, TRIAGE, load_keywords, make_peer
from benchmarks.measure import Contender

LARGEST = float(os.environ.get("BENCH_SCALE_GB", "8")) * 1e9
SIZES = [LARGEST / part for part in (8, 4, 2, 1)]
ALONE, SPARK, RIPGREP = "triage diagnose", "triage diagnose --engine spark", "rg -ic"
#: Seconds between two measurements of a contender's memory.
_SAMPLING_INTERVAL = 0.2


class Sample(NamedTuple):
    """One run.

    Attributes:
        wall: wall time in seconds.
        cpu: CPU time in seconds.
        memory: highest sum of its processes' resident memory in bytes.
        status: exit status.

    """

    wall: float
    cpu: float
    memory: int
    status: int


def run(command: Sequence[str]) -> Sample:
    """Run a command without output and measure the memory of all its processes."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    peaks, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(_SAMPLING_INTERVAL):
            peaks.append(_resident_memory(process.pid))

    watching = threading.Thread(target=watch)
    watching.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    over.set()
    watching.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    largest = usage.ru_maxrss * (
        1 if os.uname().sysname == "Darwin" else 1024
    )  # one that ended between two looks
    return Sample(wall, usage.ru_utime + usage.ru_stime, max(largest, *peaks), process.returncode)


def _resident_memory(group: int) -> int:
    """Return the resident bytes of a session's processes.

    Shared memory counts for each of them.
    """
    command = ["ps", "-eo", "sid=,rss="]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return sum(int(size) for session, size in rows if session == str(group)) * 1024


def list_contenders(lines: str, words: list[str]) -> list[Contender]:
    """Return triage locally and on Spark, and other tools."""
    patterns = [part for word in words for part in ("-e", word)]
    quoted = " ".join(f"-e '{word}'" for word in words)
    message = ".jsonPayload.message // .textPayload // .httpRequest.requestUrl"
    piped = f"rg -iF {quoted} '{lines}' | jq -r '{message}' | sort | uniq -c | sort -rn"
    spark = Contender(SPARK, [*TRIAGE, "diagnose", "--engine", "spark", lines])
    if find_spec("pyspark") is None:
        spark = spark._replace(skipped="pyspark not installed")
    return [
        Contender(ALONE, [*TRIAGE, "diagnose", lines]),
        spark,
        make_peer(RIPGREP, ["rg"], ["rg", "-icF", "--no-mmap", *patterns, lines]),
        make_peer("rg, jq, sort, uniq -c", ["rg", "jq"], ["sh", "-c", piped]),
    ]


def grow_file(lines: Iterator[str], file: TextIO, size: float) -> int:
    """Write lines until the file has that size; return their number."""
    count = 0
    while file.tell() < size:
        count += 1
        file.write(next(lines))
    file.flush()
    return count


def to_row(name: str, samples: Sequence[Sample | None], skipped: str) -> str:
    """Return a contender's table row: seconds and megabytes per size, and growth."""
    if skipped:
        return f"| {name} | skipped: {skipped} |" + " |" * (len(SIZES) + 1)
    ran = [sample for sample in samples if sample is not None]
    if any(sample.status for sample in ran):
        return f"| {name} | failed |" + " |" * (len(SIZES) + 1)
    cells = [f"{sample.wall:.1f} s, {sample.memory / 1e6:,.0f} MB" for sample in ran]
    growth = f"{ran[-1].wall / ran[0].wall:.1f} x time, {ran[-1].memory / ran[0].memory:.1f} x memory"
    return f"| {name} | {' | '.join(cells)} | {growth} |"


def main() -> None:
    """Measure every contender at every size, print and write the results."""
    folder = ROOT / "out" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    path, words = folder / "scale.jsonl", load_keywords()
    found = list_contenders(str(path), words)
    samples: dict[str, list[Sample]] = {contender.name: [] for contender in found}
    lines, entries = (form.line % words + "\n" for form, words in corpus.generate_entries()), 0
    try:
        with path.open("w", encoding="utf-8") as file:
            for size in SIZES:
                entries += grow_file(lines, file, size)
                for contender in found:
                    if contender.skipped:
                        continue
                    sample = run(contender.command)
                    samples[contender.name].append(sample)
                    print(f"  {size / 1e9:g} GB: {contender.name}: {sample.wall:.1f} s", flush=True)
    finally:
        path.unlink(missing_ok=True)
    report = [
        "# Results of `make bench-scale`",
        "",
        (
            f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
            f"Python {platform.python_version()}; each once. {entries:,} entries in the largest file. Wall "
            "time with start-up; "
            "peak memory of all processes of a contender together, what they share counted for each."
        ),
        "",
        f"| | {' | '.join(f'{size / 1e9:g} GB' for size in SIZES)} | growth over {len(SIZES)} sizes |",
        "| --- |" + " ---: |" * (len(SIZES) + 1),
        *(to_row(contender.name, samples[contender.name], contender.skipped) for contender in found),
    ]
    (HERE / "SCALE.md").write_text("\n".join(report) + "\n", encoding="utf-8")
    print("", *report, sep="\n")


if __name__ == "__main__":
    main()
