"""Sample lines that show how boots, checks and connections ended."""

from collections.abc import Callable, Sequence

import msgspec

from triage.diagnosis.evidence_list import to_evidence
from triage.models import (
    Entry,
    Event,
    Evidence,
    EvidenceSample,
    RequestCounts,
    RequestKind,
    Run,
    RunRecord,
    SampleKind,
)
from triage.text import message_template
from triage.window import format_timestamp

#: Samples of each kind that are reported for a revision, and that are kept until the end.
_MAX_SAMPLES, _MAX_KEPT = 3, 50
_REFUSED = 400


class _Sample:
    """The first line of its kind, its run, and the number of similar lines."""

    def __init__(self, entry: Entry, run: str) -> None:
        self.entry, self.run, self.count = entry, run, 0


class EvidenceSampler:
    """Keeps sample lines of each revision; similar lines are counted.

    Of too many different lines, the alphabetically first are kept.
    """

    def __init__(self, link: Callable[[Entry], str]) -> None:
        """Create an empty sampler; ``link`` returns the Logs Explorer link of an entry."""
        self._link = link
        self._failures: dict[tuple[str, str, SampleKind], dict[str, _Sample]] = {}
        self._slowest: dict[tuple[str, str], list[tuple[float, str, Entry, Entry]]] = {}

    def observe(self, entry: Entry, kind: RequestKind) -> None:
        """Sample the entry of a request that is counted; ``kind`` is the kind of the request."""
        if kind == "socket" and entry.http is not None and (entry.http.status or 0) >= _REFUSED:
            self._add_sample("socket_refused", f"{entry.http.path} {entry.http.status}", "", entry)

    def add_run(self, run_record: RunRecord) -> None:
        """Sample a finished run."""
        run = run_record.run
        if run.kind == "boot" and run.verdict == "not_ready":
            entry = _failing_event(run_record).entry
            self._add_sample("boot_failed", message_template(entry.message), run.id, entry)
        elif run.kind == "boot" and run.verdict == "ready":
            slowest = self._slowest.setdefault((run.service, run.revision), [])
            slowest.append((-run.elapsed, run.id, run_record.events[0].entry, run_record.events[-1].entry))
            slowest.sort(key=lambda boot: boot[:2])
            del slowest[_MAX_SAMPLES:]
        if run.failed_checks:
            entry = _failing_event(run_record).entry
            self._add_sample("check_failed", message_template(entry.message), run.id, entry)

    def build(self, requests: Sequence[RequestCounts] = ()) -> list[EvidenceSample]:
        """Return the samples of each kind and revision in order of time.

        ``requests`` are all counts: refused requests that turned out to be plain are no refused connections.
        """
        self._drop_plain(requests)
        failures = [
            (shows, sorted(kept.values(), key=lambda sample: sample.entry.sort_key)[:_MAX_SAMPLES])
            for (_, _, shows), kept in self._failures.items()
        ]
        failures.sort(key=lambda failure: (failure[1][0].entry.sort_key, failure[0]))
        samples = [self._build_sample(shows, sample) for shows, kept in failures for sample in kept]
        for boots in sorted(
            self._slowest.values(), key=lambda boots: min(boot[3].sort_key for boot in boots)
        ):
            for _, run, first, last in boots:
                entries = [first] if first is last else [first, last]
                samples += [
                    EvidenceSample(shows="boot_ready", run=run, line=self._to_evidence(entry))
                    for entry in entries
                ]
        return samples

    def _drop_plain(self, requests: Sequence[RequestCounts]) -> None:
        """Reduce the samples of refused connections by the plain requests among them."""
        for found in requests:
            samples = self._failures.get((found.service, found.revision, "socket_refused"), {})
            sample = samples.get(f"{found.path} {found.status}")
            if found.kind == "plain" and sample is not None:
                sample.count -= found.count
                if not sample.count:
                    del samples[f"{found.path} {found.status}"]
        self._failures = {key: samples for key, samples in self._failures.items() if samples}

    def _build_sample(self, shows: SampleKind, sample: _Sample) -> EvidenceSample:
        line = msgspec.structs.replace(self._to_evidence(sample.entry), count=sample.count)
        return EvidenceSample(shows=shows, run=sample.run, line=line)

    def _add_sample(self, shows: SampleKind, key: str, run: str, entry: Entry) -> None:
        kept = self._failures.setdefault((entry.service, entry.revision, shows), {})
        sample = kept.get(key)
        if sample is None:
            sample = kept[key] = _Sample(entry, run)
            if len(kept) > _MAX_KEPT:
                del kept[max(kept)]
        elif entry.precedes(sample.entry):
            sample.entry, sample.run = entry, run
        sample.count += 1

    def _to_evidence(self, entry: Entry) -> Evidence:
        return to_evidence(entry, self._link(entry))


def _failing_event(run_record: RunRecord) -> Event:
    """Return the event of the first failed step, preferring the step of a failed check."""
    run = run_record.run
    failed = [step for step in run.steps if step.outcome == "failed"]
    blamed = [step for step in failed if _is_failed_check(run, step.check)] or failed
    at, rule = (blamed[0].at, blamed[0].rule) if blamed else ("", "")
    matching = (
        event
        for event in run_record.events
        if format_timestamp(event.entry.timestamp) == at and event.name == rule
    )
    return next(matching, run_record.events[-1])


def _is_failed_check(run: Run, check: str | None) -> bool:
    return check is not None and check in run.failed_checks
