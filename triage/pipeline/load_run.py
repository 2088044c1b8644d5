"""Load a service with WebSockets, and compare the result with that of an earlier test."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from triage.errors import BadDataError, IOFailureError
from triage.models import PROBE_USER_AGENT, LoadPlan, LoadTest

_EXPECTED = "give what triage verify URL --connections N -o FILE wrote"


def plan_load(plan: LoadPlan, token: str = "") -> list[str]:
    """Return sentences on what a load test would send; send nothing.

    Raises:
        UsageError: an option is invalid, or asks for more than is allowed.

    """
    from triage.probe import plan_load

    return plan_load(plan, token, allowed_files=_allowed_files())


def needs_consent(plan: LoadPlan) -> bool:
    """Return whether a load test is too large to start without consent."""
    from triage.probe import needs_consent

    return needs_consent(plan)


def run_load(
    plan: LoadPlan,
    token: str = "",
    *,
    baseline: LoadTest | None = None,
    baseline_file: str = "",
    notify: Callable[[str], None],
) -> LoadTest:
    """Open WebSockets to a service, hold them, close all of them, and return what was measured.

    A signal ends it early; what was measured until then is returned.

    baseline: an earlier test to compare with, read from ``baseline_file``.
    notify: called with sentences about the progress.

    Raises:
        UsageError: an option is invalid; nothing was sent.

    """
    from triage import __version__
    from triage.probe import run_load_test
    from triage.release.comparison import compare_loads
    from triage.rendering.playbooks import connection_metrics

    test = run_load_test(
        plan,
        token,
        connection_metrics(),
        agent=f"{PROBE_USER_AGENT}/{__version__}",
        allowed_files=_allowed_files(),
        notify=notify,
    )
    if baseline is None:
        return test
    return msgspec.structs.replace(test, baseline=compare_loads(baseline, test, baseline_file))


def read_load(path: Path) -> LoadTest:
    """Return the load test that a file holds.

    Raises:
        IOFailureError: the file cannot be read.
        BadDataError: it is not the document of a load test.

    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=LoadTest)
    except OSError as error:
        raise IOFailureError(f"{path}: {error.strerror}", _EXPECTED) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadDataError(f"{path} is not the document of a load test: {error}", _EXPECTED) from error


def load_summary(test: LoadTest) -> str:
    """Return a load test as Markdown, secrets masked."""
    from triage.rendering.markdown_report import render_load

    return render_load(test)


def _allowed_files() -> int | None:
    """Return how many files this process may open, None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft
