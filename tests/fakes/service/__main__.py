"""The service by hand: ``python -m tests.fakes.service --state header-check --port 8000 --logs service.jsonl``."""

import argparse
import sys

from tests.fakes.service.logs import Logs, to_file
from tests.fakes.service.serving import Service
from tests.fakes.service.states import STATES


def main() -> None:
    """Serve one state until the process is stopped."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.service", description=__doc__)
    parser.add_argument("--state", choices=STATES, default="healthy")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--logs", metavar="FILE", help="append what Cloud Run would log, a line each")
    options = parser.parse_args()
    logs = Logs(to_file(options.logs) if options.logs else None)
    with Service(options.state, port=options.port, logs=logs) as service:
        sys.stderr.write(f"the service in state {options.state} at {service.url}\n")
        service.wait()


if __name__ == "__main__":
    main()
