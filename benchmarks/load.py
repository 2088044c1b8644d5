"""Open 500 WebSockets to the fake service, twice, and write LOAD.md: `make bench-load`.

The service and the client are processes of their own, on one machine. The second run is compared with the
first.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CONNECTIONS, RATE, SECONDS = 500, 50, 30
_COMMAND = [
    *(sys.executable, "-m", "triage", "-q", "verify"),
    *("--service", "netra-backend-staging", "--connections", str(CONNECTIONS)),
    *("--rate", str(RATE), "--for", f"{SECONDS}s"),
]


def run(url: str, *options: str) -> tuple[str, float, float]:
    """Return the Markdown of a run, its wall time and its CPU time in seconds."""
    began = time.perf_counter()
    before = os.times()
    done = subprocess.run(
        [*_COMMAND, url, "--format", "markdown", *options], capture_output=True, text=True, check=True
    )
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return done.stdout, time.perf_counter() - began, cpu


def describe_machine() -> str:
    """Return the cores, the system and how busy the machine is."""
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}, load average {os.getloadavg()[0]:.1f}"
    )


def main() -> None:
    """Start the service, run the load test twice, and write the results."""
    machine = describe_machine()
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.service"], stderr=subprocess.PIPE, text=True
        ) as service,
    ):
        try:
            url = service.stderr.readline().split()[-1] if service.stderr else ""
            first = f"{folder}/first.json"
            runs = [run(url, "-o", first), run(url, "-o", f"{folder}/second.json", "--baseline", first)]
        finally:
            service.terminate()
        document: dict[str, Any] = json.loads(Path(f"{folder}/second.json").read_text(encoding="utf-8"))
    costs = " and ".join(f"{wall:.1f} s ({cpu:.1f} s of CPU)" for _, wall, cpu in runs)
    report = [
        "# Results of `make bench-load`",
        "",
        f"{document['started'][:10]}, {machine} before the first run.",
        f"`triage verify --connections` opened {CONNECTIONS} WebSockets to the fake service of the tests,",
        f"{RATE} a second, and held them for {SECONDS} s, twice. Both processes ran on this machine.",
        f"With start-up, the runs took {costs}. This is the second one, compared with the first.",
        "",
        runs[1][0]
        .replace("# Load test", "## Load test", 1)
        .replace("\n## ", "\n### ")
        .replace(f"{folder}/", ""),
    ]
    (HERE / "LOAD.md").write_text("\n".join(report).rstrip("\n") + "\n", encoding="utf-8")
    print(*report, sep="\n")


if __name__ == "__main__":
    main()
