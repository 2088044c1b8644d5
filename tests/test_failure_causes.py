"""Every cause of a failure is named from a line that its rule knows, before the exit of the container."""

import copy
from functools import cache

import pytest

from tests.runs.logs import PACKS, entry, platform, text_line
from triage.models import Cause, Coverage, Pack, Rule
from triage.pipeline import Analyzer

PLACE = {"service": "shop", "revision": "shop-00001-abc", "instance": "i1"}
EXIT = "Container called exit(1)."
#: What a cause that explains no exit explains: it names a port on which nothing listens.
FAILED_PROBE = (
    'Default STARTUP TCP probe failed 1 time consecutively for container "shop-1" on port 9. '
    "The instance was not started."
)
#: Packs whose rules read what a program prints; those of cloud-run read the platform's own messages.
STATEMENTS = ("dependencies", "runtimes")
#: Causes that yield: to a closer cause in the same line, or to the exit, where the line is below ERROR.
YIELDING = {
    "fpm-slow",
    "gunicorn-worker-killed",
    "nginx-upstream-closed",
    "puma-application-failed",
    "python-syntax-error",
    "supervised-program",
    "supervised-program-exited",
}


@cache
def analyzer() -> Analyzer:
    return Analyzer(PACKS)


def causes_of_statements() -> list[tuple[Cause, Rule]]:
    rules = {(pack.id, rule.id): rule for pack in PACKS for rule in pack.rules}
    return [
        (cause, rule)
        for pack in PACKS
        if pack.id in STATEMENTS
        for cause in pack.causes
        if cause.scope == "failure" and cause.tier != "symptom" and cause.id not in YIELDING
        if (rule := _first_rule(pack, cause, rules))
    ]


def _first_rule(pack: Pack, cause: Cause, rules: dict[tuple[str, str], Rule]) -> Rule | None:
    return next((rules[pack.id, name] for name in cause.any_of if (pack.id, name) in rules), None)


@pytest.mark.parametrize(("cause", "rule"), causes_of_statements(), ids=lambda noun: noun.id)
def test_cause_is_named_from_the_line_before_the_failure(cause: Cause, rule: Rule) -> None:
    analyzed = copy.deepcopy(analyzer())
    failed = platform(1.2, FAILED_PROBE if cause.explains else EXIT, **PLACE)
    analyzed.observe([entry(text_line(1, rule.hits[0], **PLACE)), entry(failed)])
    incidents = analyzed.build(
        lambda matched: Coverage(records=2, entries=2, matched=matched)
    ).diagnosis.incidents
    assert [incident.cause for incident in incidents][:1] == [cause.id]
