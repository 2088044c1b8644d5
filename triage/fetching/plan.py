"""Describe what a fetch would do, without any call."""

from collections.abc import Mapping, Sequence
from os import environ as process_environ

from triage.fetching import window_growth
from triage.fetching.around_failures import MAX_PAGES, MAX_QUERIES
from triage.fetching.client import parse_endpoint
from triage.fetching.pages import PAGE_SIZE
from triage.fetching.project import find_project
from triage.fetching.query import add_window, gcloud_command, plan_filter
from triage.models import FetchPlan, Pack, Query
from triage.window import Window, format_utc_and_local


def build_queries(
    plan: FetchPlan, packs: Sequence[Pack], environ: Mapping[str, str] = process_environ
) -> list[Query]:
    """Return one query per service, with the equivalent gcloud command.

    Raises:
        UsageError: a service, the project or the filter is invalid.

    """
    project, _ = find_project(plan.project, environ)
    texts = {service: add_window(plan_filter(plan, service, packs), plan.window) for service in plan.services}
    return [Query(service, text, gcloud_command(text, project)) for service, text in texts.items()]


def plan_fetch(plan: FetchPlan, now: int, environ: Mapping[str, str] = process_environ) -> list[str]:
    """Return sentences about the requests of a fetch and their largest number."""
    project, source = find_project(plan.project, environ)
    of = f"project {project}, named by {source}" if project else "the project that the credentials name"
    window = plan.window
    says = [
        f"would ask {parse_endpoint(plan.endpoint)} for logs of {', '.join(plan.services)} in {of}",
        f"window: {format_utc_and_local(window.start)} to {format_utc_and_local(window.end)}",
    ]
    rounds = 1
    if plan.may_widen:
        bounds = window_growth.growth_limits(window, now)
        rounds += _count_steps(window, "start", now) + _count_steps(window, "end", now)
        ends = f"{format_utc_and_local(bounds.start)} and {format_utc_and_local(bounds.end)}"
        says.append(f"it may be widened, in at most {rounds - 1} steps, up to {ends}")
    around = 0
    if plan.asks_around_failures:
        around = len(plan.services) * MAX_QUERIES * MAX_PAGES
        says.append(f"then all lines of failing instances around each failure, in at most {around} calls")
    says.append(_describe_calls(plan, rounds, around))
    return says


def _count_steps(asked: Window, side: str, now: int) -> int:
    """Return how many steps a window can grow on one side."""
    grown, steps = asked, 0
    while step := window_growth.next_window(grown, asked, side, now):
        grown = Window(min(grown.start, step.start), max(grown.end, step.end))
        steps += 1
    return steps


def _describe_calls(plan: FetchPlan, rounds: int, around: int) -> str:
    rate = f"at most {plan.reads_per_minute} calls a minute"
    if plan.limit is None:
        return f"{rate}, one for every {PAGE_SIZE:,} entries that there are (--limit sets a bound)"
    size = min(PAGE_SIZE, plan.limit)
    most = len(plan.services) * (-(-plan.limit // size) + rounds) + around
    return f"at most {most} calls, repeats not counted, and {rate}"
