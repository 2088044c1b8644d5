"""Describe what a fetch would do, without any call."""

from collections.abc import Iterator, Mapping, Sequence
from os import environ as process_environ

from triage.fetching import around_failures, earlier_changes, shared_traces, window_growth
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
    further = list(_further_parts(plan))
    says += [f"then {what}, in at most {calls} calls" for what, calls in further]
    says.append(_describe_calls(plan, rounds, sum(calls for _, calls in further)))
    return says


def _further_parts(plan: FetchPlan) -> Iterator[tuple[str, int]]:
    """Yield what is fetched after the logs of the window, with the largest number of calls."""
    count = len(plan.services)
    if plan.asks_for_changes:
        what = (
            "the changes before the window, where something failed or a previous configuration is unknown: "
            f"back to the previous deployment, up to {earlier_changes.DAYS} days or where the logs date it"
        )
        yield what, count * earlier_changes.MAX_QUERIES * earlier_changes.MAX_PAGES
    if plan.asks_around_failures:
        calls = count * around_failures.MAX_QUERIES * around_failures.MAX_PAGES
        yield "all lines of failing instances around each failure", calls
    if plan.with_callers:
        traces = f"at most {shared_traces.MAX_TRACES} traces of each service"
        what = f"what other services and load balancers logged of failed requests, by {traces}"
        yield what, count * shared_traces.MAX_QUERIES * shared_traces.MAX_PAGES


def _count_steps(asked: Window, side: str, now: int) -> int:
    """Return how many steps a window can grow on one side."""
    grown, steps = asked, 0
    while step := window_growth.next_window(grown, asked, side, now):
        grown = Window(min(grown.start, step.start), max(grown.end, step.end))
        steps += 1
    return steps


def _describe_calls(plan: FetchPlan, rounds: int, further: int) -> str:
    rate = f"at most {plan.reads_per_minute} calls a minute"
    if plan.limit is None:
        return f"{rate}, one for every {PAGE_SIZE:,} entries that there are (--limit sets a bound)"
    size = min(PAGE_SIZE, plan.limit)
    most = len(plan.services) * (-(-plan.limit // size) + rounds) + further
    return f"at most {most} calls, repeats not counted, and {rate}"
