"""Measure how well templates group log lines: `python -m benchmarks.grouping DIR`.

DIR holds the labeled files of the public loghub collection (``*_2k.log_structured.csv``), in any folders.
Grouping accuracy is the share of lines whose predicted group holds exactly the lines of their true group; the
last line is the mean over the files. One setting serves for all files. drain3 is measured beside it where it
is installed (`pip install drain3`).
"""

import csv
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from triage.text import message_template

#: Returns the group of each line of a file.
Grouping = Callable[[Sequence[str]], Sequence[object]]

_PATTERN = "*_2k.log_structured.csv"


def measure_accuracy(predicted: Sequence[object], true: Sequence[str]) -> float:
    """Return the share of lines whose predicted group is exactly their true group."""
    pairs = Counter(zip(predicted, true, strict=True))
    sizes, true_sizes = Counter(predicted), Counter(true)
    exact = (count for (group, event), count in pairs.items() if sizes[group] == count == true_sizes[event])
    return sum(exact) / len(true) if true else 0.0


def read_files(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield the name, the lines and the true groups of each labeled file below a folder."""
    for path in sorted(folder.rglob(_PATTERN), key=lambda path: path.name):
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = list(csv.DictReader(file))
        name = path.name.removesuffix(_PATTERN[1:])
        yield name, [row["Content"] for row in rows], [row["EventId"] for row in rows]


def group_by_template(lines: Sequence[str]) -> Sequence[object]:
    """Return the group that triage gives each line."""
    return [message_template(line) for line in lines]


def group_by_drain(lines: Sequence[str]) -> Sequence[object]:
    """Return the group that drain3 gives each line, with its default configuration."""
    from drain3 import TemplateMiner
    from drain3.template_miner_config import TemplateMinerConfig

    miner = TemplateMiner(config=TemplateMinerConfig())
    return [miner.add_log_message(line)["cluster_id"] for line in lines]


def main(arguments: Sequence[str]) -> int:
    """Print the grouping accuracy of each file and the means; return the exit status."""
    files = list(read_files(Path(arguments[0]))) if len(arguments) == 1 else []
    if not files:
        sys.stderr.write(f"usage: python -m benchmarks.grouping DIR, which holds {_PATTERN}\n")
        return 2
    groupings: dict[str, Grouping] = {"triage": group_by_template}
    if find_spec("drain3"):
        groupings["drain3"] = group_by_drain
    totals = dict.fromkeys(groupings, 0.0)
    seconds = dict.fromkeys(groupings, 0.0)
    print(f"{'file':14}{''.join(f'{name:>8}' for name in groupings)}")
    for file, lines, true in files:
        row = f"{file:14}"
        for name, group in groupings.items():
            began = time.perf_counter()
            predicted = group(lines)
            seconds[name] += time.perf_counter() - began
            accuracy = measure_accuracy(predicted, true)
            totals[name] += accuracy
            row += f"{accuracy:8.3f}"
        print(row)
    count = sum(len(lines) for _, lines, _ in files)
    print(f"{'mean':14}{''.join(f'{total / len(files):8.3f}' for total in totals.values())}")
    print(f"{'µs a line':14}{''.join(f'{spent / count * 1e6:8.1f}' for spent in seconds.values())}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
