"""A process that forks for each fetch, so that fifty kills take seconds.

It reads orders from standard input, one JSON object per line. It writes the exit status of each fetch to
standard output, or minus the signal that killed it.

    {"folder": "...", "endpoint": "127.0.0.1:1234"}        fetch, resuming an existing journal
    {..., "step": 7}     die (SIGKILL) in the seventh write, fsync, rename, link or removal; a write is half
    done {..., "after": 0.1}  be killed after so many seconds {..., "room": 900}   write no file longer than
    so many bytes, as on a full disk
"""

import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import google.auth.exceptions
import google.cloud.logging_v2.services.logging_service_v2
import google.protobuf.json_format  # noqa: F401

from tests.fakes.entries import SERVICE, WINDOW
from triage.errors import TriageError
from triage.fetching import fetcher as fetching
from triage.fetching.further_parts import Findings
from triage.fetching.pages import RetryPolicy
from triage.fetching.record import register_payload_types
from triage.models import FetchPlan

_STEPS = ("write", "fsync", "replace", "link", "unlink", "mkdir", "rmdir")


def fetch(order: dict[str, Any]) -> int:
    """Fetch everything in pages of five, and return the exit status."""
    setattr(fetching, "PAGE_SIZE", 5)  # noqa: B010 (it is no export of that module)
    plan = FetchPlan(
        services=[SERVICE],
        window=WINDOW,
        project="demo",
        folder=order["folder"],
        endpoint=order["endpoint"],
        everything=True,
        resume=True,
        reads_per_minute=10**9,
    )
    retry_policy = RetryPolicy(first_pause=0.001, max_pause=0.002)
    try:
        fetching.fetch(
            plan,
            [],
            findings=Findings(),
            notify=lambda _: None,
            show_progress=lambda _: None,
            retry_policy=retry_policy,
            environ={},
        )
    except TriageError as error:
        return error.status
    return 0


def die_in_step(last: int) -> None:
    """Kill the process in a call that changes the disk; a write is half done."""
    count = 0

    def counted(function: Callable[..., Any], name: str) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            nonlocal count
            count += 1
            if count == last:
                if name == "write":
                    function(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)

        return step

    for name in _STEPS:
        setattr(os, name, counted(getattr(os, name), name))


def child(order: dict[str, Any]) -> int:
    """Fetch in this process, with the faults of the order."""
    try:
        if "step" in order:
            die_in_step(order["step"])
        if "room" in order:
            resource.setrlimit(resource.RLIMIT_FSIZE, (order["room"], resource.RLIM_INFINITY))
        return fetch(order)
    except BaseException:  # noqa: BLE001 (a forked child must not return into its parent's code)
        traceback.print_exc()
        return 99


def main() -> None:
    """Execute orders until standard input ends."""
    register_payload_types()
    for line in sys.stdin:
        order = json.loads(line)
        process = os.fork()
        if process == 0:
            os._exit(child(order))
        if "after" in order:
            time.sleep(order["after"])
            os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
