"""Run commands and measure their wall time, CPU time and peak memory."""

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple


class Contender(NamedTuple):
    """A command to measure.

    Attributes:
        name: its name.
        command: the command line.
        rounds: the most rounds to run it.
        skipped: why it is skipped; "" if it runs.
        checkout: the folder to run it in, for the triage of that folder; None for the current one.

    """

    name: str
    command: Sequence[str] = ()
    rounds: int = 3
    skipped: str = ""
    checkout: Path | None = None


class Sample(NamedTuple):
    """One run.

    Attributes:
        wall: wall time in seconds.
        cpu: CPU time in seconds.
        memory: peak memory of its largest process in bytes.
        status: exit status.

    """

    wall: float
    cpu: float
    memory: int
    status: int


class Result(NamedTuple):
    """A measured contender.

    Attributes:
        contender: the contender.
        wall: median wall time in seconds.
        cpu: median CPU time in seconds.
        memory: highest peak memory in bytes.
        succeeded: whether every run succeeded.

    """

    contender: Contender
    wall: float
    cpu: float
    memory: int
    succeeded: bool


def run(command: Sequence[str], checkout: Path | None = None) -> Sample:
    """Run a command without output, in an environment without PYTHON... variables.

    ``os.wait4`` counts the process and the children that it waited for; Linux gives memory in KiB, macOS in
    bytes.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=checkout,
        env=environment,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if os.uname().sysname == "Darwin" else 1024
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit, process.returncode)


def measure_interleaved(contenders: Sequence[Contender], rounds: int) -> list[Result]:
    """Measure every contender in each round, every other round in reverse.

    So a change of the machine's load affects all of them.
    """
    samples: dict[str, list[Sample]] = {
        contender.name: [] for contender in contenders if not contender.skipped
    }
    for number in range(rounds):
        for contender in contenders[:: -1 if number % 2 else 1]:
            if contender.name in samples and number < contender.rounds:
                sample = run(contender.command, contender.checkout)
                samples[contender.name].append(sample)
                print(f"  round {number + 1}: {contender.name}: {sample.wall:.2f} s", flush=True)
    return [_summarize(contender, samples.get(contender.name, [])) for contender in contenders]


def _summarize(contender: Contender, samples: list[Sample]) -> Result:
    if not samples:
        return Result(contender, 0.0, 0.0, 0, succeeded=False)
    return Result(
        contender,
        median(sample.wall for sample in samples),
        median(sample.cpu for sample in samples),
        max(sample.memory for sample in samples),
        succeeded=all(sample.status == 0 for sample in samples),
    )
