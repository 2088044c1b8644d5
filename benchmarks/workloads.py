"""Measure each kind of export: sparse, dense, growing and broken, beside another checkout if one is given.

In sparse logs few entries matter; dense ones are crash loops and storms of failed requests, in which every
second one does; in unique ones no message is written twice.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from benchmarks import dense
from benchmarks.measure import Contender, Result, measure_interleaved
from benchmarks.stages import measure_stages

_KINDS = ("sparse", "sparse-descending", "dense", "dense-descending", "unique")
#: Sizes by which growth is measured, in parts of the largest one, which is measured once.
_PARTS = (100, 10, 1)
_GROWING = ("sparse", "dense")
#: How broken input begins and what it repeats, by name; it is compared with sparse logs of its size.
_BROKEN = {
    "objects": (b"[", b"{},"),
    "loose-objects": (b"", b"{}"),
    "entry-and-objects": (b"[ENTRY,", b"{},"),
    "entry-and-small-objects": (b"[ENTRY,", b'{"a":1},'),
    "lists": (b"", b"["),
}
_VALID = f"sparse-1/{_PARTS[1]}"
_NOTES = """\
Worker processes read and decode; the table of stages counts the main process only, for which everything
waits. The analysis is not divided by instance over processes: at 9e3ae1d this took 0.74 of the wall time with
two cores, which the workers use today. It would be worth it with four cores and more, where it takes at most
two thirds of the time; this machine has two, so that was not measured."""


def write_files(folder: Path, megabytes: int) -> None:
    """Write the files that are measured beside the sparse logs in ``entries.jsonl``.

    Each kind has a tenth of ``megabytes``, and so has broken input.
    """
    tenth = megabytes * 100_000
    sparse = folder / "entries.jsonl"
    writers: dict[str, Callable[[Path], object]] = {
        "sparse": partial(_write_first, sparse, tenth),
        "sparse-descending": partial(_write_first, sparse, tenth, newest_first=True),
        "dense": partial(dense.write_corpus, size=tenth, unique=False),
        "dense-descending": partial(dense.write_corpus, size=tenth, unique=False, newest_first=True),
        "unique": partial(dense.write_corpus, size=tenth, unique=True),
    }
    for part in _PARTS:
        size = megabytes * 1_000_000 // part
        writers[f"sparse-1/{part}"] = partial(_write_first, sparse, size)
        writers[f"dense-1/{part}"] = partial(dense.write_corpus, size=size, unique=False)
    with sparse.open("rb") as file:
        entry = file.readline().strip()
    for name, (begin, text) in _BROKEN.items():
        writers[name] = partial(_write_broken, begin.replace(b"ENTRY", entry), text, tenth)
    for name, write in writers.items():
        write(_path(folder, name))


def to_markdown(folder: Path, rounds: int, against: Path | None) -> list[str]:
    """Measure and return the tables; ``against`` is a checkout with which each kind is compared."""
    contenders = []
    for kind in _KINDS:
        contenders.append(_diagnose(folder, kind, kind, rounds))
        if against is not None:
            contenders.append(_diagnose(folder, kind, _before(kind), rounds, against))
    kinds = _by_name(measure_interleaved(contenders, rounds))
    growth = measure_interleaved(
        [
            _diagnose(folder, name, f"{kind}, {_megabytes(folder, name)}", 1 if part == 1 else rounds)
            for kind in _GROWING
            for part in _PARTS
            for name in [f"{kind}-1/{part}"]
        ],
        rounds,
    )
    broken = _by_name(
        measure_interleaved([_diagnose(folder, name, name, rounds) for name in (_VALID, *_BROKEN)], rounds)
    )
    head = _commit(against) if against is not None else ""
    return [
        f"Kinds of exports{f', and how many times as long as {head} each takes' if head else ''}.",
        "",
        *_to_table([(kinds[kind], kinds.get(_before(kind))) for kind in _KINDS]),
        "",
        "How the cost grows with the size; the largest file is measured once.",
        "",
        *_to_table([(result, None) for result in growth]),
        "",
        "Broken input, and how many times as long as sparse logs of the same size it takes.",
        "",
        *_to_table([(broken[name], broken[_VALID]) for name in (_VALID, *_BROKEN)]),
        "",
        "Where the CPU time goes, in percent of all samples.",
        "",
        *_stage_table(folder),
        "",
        _NOTES,
    ]


def _write_first(source: Path, size: int, path: Path, *, newest_first: bool = False) -> None:
    with source.open("rb") as file:
        lines = file.readlines(size)
    path.write_bytes(b"".join(reversed(lines) if newest_first else lines))


def _write_broken(begin: bytes, text: bytes, size: int, path: Path) -> None:
    path.write_bytes(begin + text * (size // len(text)))


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name.replace('/', '-')}{'.json' if name in _BROKEN else '.jsonl'}"


def _megabytes(folder: Path, name: str) -> str:
    return f"{_path(folder, name).stat().st_size / 1e6:,.0f} MB"


def _diagnose(folder: Path, file: str, name: str, rounds: int, checkout: Path | None = None) -> Contender:
    command = [sys.executable, "-m", "triage", "diagnose", str(_path(folder, file))]
    return Contender(name, command, rounds, checkout=checkout)


def _before(kind: str) -> str:
    return f"{kind}, before"


def _by_name(results: Sequence[Result]) -> dict[str, Result]:
    return {result.contender.name: result for result in results}


def _commit(checkout: Path) -> str:
    command = ["git", "-C", str(checkout), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _to_table(rows: Sequence[tuple[Result, Result | None]]) -> list[str]:
    """Return measurements as Markdown, each with what it is compared with."""
    table = ["| | wall s | CPU s | peak MB | x wall | x CPU |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for result, base in rows:
        row = f"| {result.contender.name} | {result.wall:.2f} | {result.cpu:.2f} | {result.memory / 1e6:.0f}"
        ratios = f"{result.wall / base.wall:.2f} | {result.cpu / base.cpu:.2f}" if base is not None else " | "
        table.append(
            f"{row} | {ratios} |" if result.succeeded else f"| {result.contender.name} | failed | | | | |"
        )
    return table


def _stage_table(folder: Path) -> list[str]:
    """Return the share of each stage in the time of each kind as Markdown, the largest of all first."""
    kinds = ("sparse", "dense", "unique")
    shares = [measure_stages(_path(folder, kind)) for kind in kinds]
    stages = sorted({stage for share in shares for stage in share})
    stages.sort(key=lambda stage: -sum(share[stage] for share in shares))
    table = [f"| | {' | '.join(kinds)} |", f"| --- |{' ---: |' * len(kinds)}"]
    return table + [
        f"| {stage} | {' | '.join(f'{100 * share[stage]:.0f}' for share in shares)} |" for stage in stages
    ]


if __name__ == "__main__":
    write_files(Path(sys.argv[1]), int(sys.argv[2]))
