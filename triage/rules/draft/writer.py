"""Writes the draft of a pack as TOML, with a mark where a person must decide."""

import json
from collections.abc import Iterator, Sequence

from triage.models import Rule
from triage.rules.draft.pack_draft import PackDraft, as_id

#: The mark of what the draft is unsure of.
UNSURE = "# unsure:"


def write_draft(name: str, draft: PackDraft, rules: Sequence[Rule]) -> str:
    """Return the text of a pack: its head, chain, rules and a cause for each check that failed."""
    return (
        "\n".join([*_head(name, draft), *_chain(draft, rules), *_rules(rules), *_causes(draft, rules)]) + "\n"
    )


def _head(name: str, draft: PackDraft) -> Iterator[str]:
    yield f"# Drafted from the logs of {_comment(draft.service) or 'a service'}."
    yield '# What the draft is unsure of is marked "unsure:". docs/packs.md explains every key, and'
    yield "# `triage rules check` checks the file."
    yield ""
    yield f"id = {_text(name)}"
    yield f"title = {_text(f'Readiness of {draft.service or name}')}"
    if draft.service:
        yield f"services = [{_text(draft.service)}]"
    yield ""


def _chain(draft: PackDraft, rules: Sequence[Rule]) -> Iterator[str]:
    if not draft.phases or not any(rule.step == "check" for rule in rules):
        yield f"{UNSURE} no line reports the result of a check, so there is no chain: add [chain] and rules."
        yield ""
        return
    steps = {rule.step for rule in rules}
    if "started" not in steps:
        yield f"{UNSURE} no line says that the checks begin: a run begins with the result of its first check."
        yield '# If there is such a line, add a rule with run = "validation" and step = "started".'
    if "verdict" not in steps:
        yield f"{UNSURE} no line gives the verdict: a run is not ready where a check fails, and never ready."
        yield '# If there is such a line, add a rule with run = "validation" and step = "verdict".'
    yield f"{UNSURE} the checks are in the order in which the logs first name them."
    if not draft.service:
        yield f"{UNSURE} the lines name no service: name those that print them."
        yield 'services = ["*"]'
    for number, checks in sorted(draft.phases.items()):
        yield "[[chain.phases]]"
        yield f"number = {number}"
        yield f"name = {_text('checks' if len(draft.phases) == 1 else f'phase {number}')}"
        yield f"checks = [{', '.join(map(_text, checks))}]"
        yield ""
    for check in dict.fromkeys(check for checks in draft.phases.values() for check in checks):
        yield "[[chain.checks]]"
        yield f"id = {_text(check)}"
        yield ""


def _rules(rules: Sequence[Rule]) -> Iterator[str]:
    for rule in rules:
        if rule.step == "verdict":
            yield f"{UNSURE} does this line end a run of the checks, and is the service {rule.outcome} then?"
        yield "[[rules]]"
        yield f"id = {_text(rule.id)}"
        yield f"run = {_text(rule.run)}"
        yield f"step = {_text(rule.step)}"
        if rule.outcome:
            yield f"outcome = {_text(rule.outcome)}"
        yield f"literal = {_text(rule.literal)}"
        yield f"pattern = {_pattern(rule.pattern)}"
        yield from _lines("hits", rule.hits)
        yield from _lines("misses", rule.misses)
        yield ""


def _lines(key: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"{key} = ["
    yield from (f"    {_text(line)}," for line in lines)
    yield "]"


def _causes(draft: PackDraft, rules: Sequence[Rule]) -> Iterator[str]:
    """Yield a cause for each check that failed in the logs; triage names the failure of others by itself."""
    failed = [rule for rule in rules if (rule.step, rule.outcome) == ("check", "failed")]
    verdicts = [rule for rule in rules if (rule.step, rule.outcome) == ("verdict", "not_ready")]
    for check in draft.failed if failed else ():
        yield "[[causes]]"
        yield f"id = {_text(as_id(check) + '-failed')}"
        yield f"title = {_text(f'The check {check} failed')}"
        yield f"{UNSURE} say what it means for the service, and how to fix it (playbooks/ beside this file)."
        yield f"means = {_text(f'The readiness check {check} failed, so the service does not serve.')}"
        yield f"run = {{ failed = [{_text(check)}] }}"
        yield "because = ["
        yield from (_reason(rule.id, "The readiness validation failed") for rule in verdicts)
        for rule in failed:
            says = "{check} failed: {reason}" if "(?P<reason>" in rule.pattern else "{check} failed"
            yield _reason(rule.id, says)
        yield "]"
        yield ""


def _reason(rule: str, says: str) -> str:
    return f"    {{ rule = {_text(rule)}, says = {_text(says)} }},"


def _text(text: str) -> str:
    """Return a basic string of TOML, whose escapes are those of JSON; DEL is one that JSON leaves."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _pattern(pattern: str) -> str:
    """Return a pattern as a literal string, which needs no escapes, if it can be one."""
    if pattern.isprintable() and "'" not in pattern:
        return f"'{pattern}'"
    if pattern.isprintable() and "'''" not in pattern and not pattern.endswith("'"):
        return f"'''{pattern}'''"
    return _text(pattern)


def _comment(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:80]
