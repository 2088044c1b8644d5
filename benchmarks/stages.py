"""Find out in which stage the CPU time goes: `python -m benchmarks.stages FILE`.

The running process is sampled; each sample counts for the innermost package of triage.
"""

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

#: Seconds of CPU time between two samples.
_INTERVAL = 0.001
_TRIAGE = str(Path(__file__).parents[1] / "triage") + "/"


def measure_stages(path: Path) -> Counter[str]:
    """Return the share of each stage in the time of a diagnosis, measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.stages", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    counts = Counter[str](json.loads(done.stdout))
    return Counter({stage: count / counts.total() for stage, count in counts.items()})


def stage_of(frame: FrameType | None) -> str:
    """Return the innermost package of triage that a frame is in, "start" while it is imported."""
    stage = ""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_TRIAGE) and not stage:
            stage = file[len(_TRIAGE) :].partition("/")[0]
        if file.startswith("<frozen importlib"):
            return "start"
        frame = frame.f_back
    return stage or "start"


def main(arguments: Sequence[str]) -> None:
    """Print how many samples each stage has, as JSON."""
    counts = Counter[str]()
    signal.signal(signal.SIGPROF, lambda _signal, frame: counts.update([stage_of(frame)]))
    signal.setitimer(signal.ITIMER_PROF, _INTERVAL, _INTERVAL)
    from triage.pipeline import analyze

    analyze(list(arguments))
    signal.setitimer(signal.ITIMER_PROF, 0)
    print(json.dumps(counts))


if __name__ == "__main__":
    main(sys.argv[1:])
