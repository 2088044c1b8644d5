"""The open runs of one instance: validations, gate, boot and probes."""

from collections.abc import Mapping
from typing import NamedTuple

from triage.models import Event, GateWords, RunRecord, Verdict
from triage.runs import boot as boot_run
from triage.runs import validation as validation_run
from triage.runs.boot import BootBuilder
from triage.runs.check_resolver import CheckResolver
from triage.runs.gate import GateBuilder, has_no_result, may_repeat
from triage.runs.probe import SILENCE, ProbeBuilder
from triage.runs.run_builder import RunBuilder
from triage.runs.validation import ValidationBuilder
from triage.window import NANOSECONDS

#: Seconds after a verdict in which its tail and its callers log.
_TAIL = 2.0
#: Largest difference in seconds between a start and the start that a verdict implies.
_MAX_START_ERROR = 0.5
_SILENCE, _BOOT_SILENCE, _CACHE = 60.0, 300.0, 15.0
_NO_WORDS = GateWords()


class _Cached(NamedTuple):
    """The verdict of a validation that the gate made and may give again."""

    run: str
    verdict: Verdict
    at: int


class InstanceTracker:
    """The open runs of one instance. Its methods return the runs that ended."""

    def __init__(self, resolver: CheckResolver, gates: Mapping[str, GateWords]) -> None:
        """Start without open runs; ``resolver`` knows the chain, ``gates`` are the words by pack."""
        self._gates = gates
        self._resolver = resolver
        self._chain = chain = resolver.chain
        self._silence = chain.silence if chain else _SILENCE
        self._boot_silence = chain.boot_silence if chain else _BOOT_SILENCE
        self._cache = chain.cache if chain else _CACHE
        self._open: list[ValidationBuilder] = []
        self._decided: ValidationBuilder | None = None
        self._gate: GateBuilder | None = None
        self._boot: BootBuilder | None = None
        self._ended_boot: BootBuilder | None = None
        self._probes: dict[str, ProbeBuilder] = {}
        self._serving = False
        self._stopping = False
        self._cached: _Cached | None = None
        self._environment: str | None = None
        self._logger_seen = False
        self.last = 0

    def on_event(self, event: Event) -> list[RunRecord]:
        """Add one line; lines arrive in order of time."""
        self.last = event.entry.timestamp
        ended = self.expire(self.last)
        environment = event.fields.get("environment")
        if environment:
            self._environment = environment.lower()
        if event.run in ("validation", "gate") and self._is_quote(event):
            return ended
        if event.run == "validation":
            ended += self._on_validation(event)
        elif event.run == "gate":
            ended += self._on_gate(event)
        elif event.run == "boot":
            ended += self._on_boot(event)
        elif event.run == "probe":
            ended += self._on_probe(event)
        return ended

    def close(self) -> list[RunRecord]:
        """Return the runs that are still open where the log ends."""
        builders = self._builders()
        self._open, self._decided, self._gate, self._probes = [], None, None, {}
        self._ended_boot = self._boot = None
        return [self._build(builder) for builder in builders]

    @property
    def is_open(self) -> bool:
        """Return whether a run is open."""
        return bool(self._builders())

    def _builders(self) -> list[RunBuilder]:
        boots = [self._ended_boot, self._boot]
        builders = [*self._open, self._decided, self._gate, *boots, *self._probes.values()]
        return [builder for builder in builders if builder is not None]

    def _build(self, builder: RunBuilder) -> RunRecord:
        if isinstance(builder, ValidationBuilder):
            builder.finalize()
        if builder.environment is None:
            builder.environment = self._environment
        return builder.build()

    def expire(self, now: int) -> list[RunRecord]:
        """End the runs that were silent for too long."""
        ended: list[RunBuilder] = []
        if self._open and (silent := [r for r in self._open if r.seconds_since_last(now) > self._silence]):
            ended += silent
            self._open = [run for run in self._open if run not in silent]
        if self._decided is not None and self._decided.seconds_since_decided(now) > _TAIL:
            ended.append(self._decided)
            self._decided = None
        if self._gate is not None and self._gate.seconds_since_last(now) > _TAIL:
            ended.append(self._gate)
            self._gate = None
        if self._boot is not None and self._boot.seconds_since_last(now) > self._boot_silence:
            ended.append(self._boot)
            self._serving = self._serving or self._boot.has_started
            self._boot = None
        if self._ended_boot is not None and self._ended_boot.seconds_since_last(now) > _TAIL:
            ended.append(self._ended_boot)
            self._ended_boot = None
        if self._probes:
            over = [name for name, probe in self._probes.items() if probe.seconds_since_last(now) > SILENCE]
            ended += [self._probes.pop(name) for name in over]
        return [self._build(builder) for builder in ended] if ended else []

    # ------------------------------------------------------------ validations

    def _is_quote(self, event: Event) -> bool:
        """Return whether a line only quotes the validator or the middleware.

        Their rules name a logger. Without it a line counts only inside a run that began without it, or as the
        start of one; where the instance logs such lines with their logger, it counts nowhere.
        """
        if not event.logger_unknown:
            self._logger_seen = True
            return False
        if self._logger_seen:
            return True
        return event.run == "validation" and event.step != "started" and not self._open and not self._decided

    def _on_validation(self, event: Event) -> list[RunRecord]:
        if event.step == "started":
            return self._open_validation(event)
        if event.step in ("verdict", "skipped"):
            return self._on_verdict(event)
        if self._decided is not None and (
            event.step not in validation_run.OPENING_STEPS or event.step == "failed_services"
        ):
            self._decided.on_event(event)
            return []
        if self._open:
            return self._add_to_open(event)
        if not ValidationBuilder.can_start(event):
            return []
        ended = self._close_decided()
        self._open.append(ValidationBuilder(event, self._resolver))
        return ended + self._add_to_open(event)

    def _add_to_open(self, event: Event) -> list[RunRecord]:
        """Add a line to the open runs; a run that it decides is no longer open."""
        ended: list[RunRecord] = []
        for run in self._open:
            run.on_event(event)
        for run in [run for run in self._open if run.decided is not None]:
            self._open.remove(run)
            ended += self._close_decided()
            self._decide(run)
        return ended

    def _open_validation(self, event: Event) -> list[RunRecord]:
        """Open a run. It overlaps with a run that is still open."""
        ended = self._close_decided() if not self._open else []
        run = ValidationBuilder(event, self._resolver)
        run.environment = (event.fields.get("environment") or self._environment or "").lower() or None
        run.on_event(event)
        self._open.append(run)
        if len(self._open) > 1:
            for other in self._open:
                other.overlaps = True
        return ended

    def _on_verdict(self, event: Event) -> list[RunRecord]:
        ended = self._close_decided()
        if any(run.contradicts(event) for run in self._open):
            ended += [self._build(run) for run in self._open]
            self._open = []
        if not self._open:
            self._open.append(ValidationBuilder(event, self._resolver))
        nearest = min(self._open, key=lambda run: run.start_error(event))
        run = nearest if nearest.start_error(event) <= _MAX_START_ERROR else self._open[0]
        self._open.remove(run)
        run.on_event(event)
        self._decide(run)
        return ended

    def _decide(self, run: ValidationBuilder) -> None:
        self._decided = run
        self._serving = self._serving or run.verdict == "ready"

    def _close_decided(self) -> list[RunRecord]:
        """End the run that was waiting for its tail."""
        decided, self._decided = self._decided, None
        return [self._build(decided)] if decided is not None else []

    # ------------------------------------------------------------ the gate

    def _on_gate(self, event: Event) -> list[RunRecord]:
        """Add a gate line: the end of a validation, or a request without one."""
        decided = self._decided
        if (
            decided is not None
            and not decided.finished
            and self._gate is None
            and not _is_separate_request(event, self._words(event))
        ):
            decided.add_step(
                event,
                "gate",
                "failed" if event.step == "refused" else "passed",
                reason=event.fields.get("path"),
            )
            decided.finished = event.step in ("refused", "approved")
            self._cached = _Cached(
                decided.id, decided.final_verdict, decided.decided or event.entry.timestamp
            )
            return []
        gate = self._gate or GateBuilder(event)
        self._gate = gate
        gate.on_event(event)
        if event.step == "allowed":
            gate.add_failed(self._resolver.known_checks(event.fields.get("checks", "")))
        if not gate.finished:
            return []
        self._gate = None
        self._finish_gate(gate, event)
        return [self._build(gate)]

    def _finish_gate(self, gate: GateBuilder, event: Event) -> None:
        cached = self._cached_at(event.entry.timestamp)
        words = self._words(event)
        if event.step == "refused":
            if (
                cached
                and cached.verdict == "not_ready"
                and gate.condition is None
                and may_repeat(event, words)
            ):
                gate.repeat(cached.run, cached.verdict)
            else:
                gate.refuse(event, self._resolver, words)
        elif cached and gate.condition is None and gate.verdict in ("unknown", cached.verdict):
            gate.repeat(cached.run, cached.verdict)
        elif gate.verdict == "unknown":
            gate.start_seen = False

    def _words(self, event: Event) -> GateWords:
        """Return the words of the pack whose rule matched a line."""
        return self._gates.get(event.pack, _NO_WORDS)

    def _cached_at(self, now: int) -> _Cached | None:
        if self._cached is None or (now - self._cached.at) / NANOSECONDS > self._cache:
            return None
        return self._cached

    # ------------------------------------------------------------ boots

    def _on_boot(self, event: Event) -> list[RunRecord]:
        if self._ended_boot is not None and self._ended_boot.may_end_with(event):
            self._ended_boot.on_event(event)
            return []
        ended = self._close_ended_boot()
        self._stopping = event.step == "stopped" or (self._stopping and event.step != "born")
        if event.step == "born":
            ended += self._on_instance_start(event)
        elif self._boot is not None and event.step == "failed" and not self._boot.may_include(event):
            ended += self._close_boot()
        if self._boot is None:
            if (
                event.step not in boot_run.OPENING_STEPS
                or (self._serving and event.step in boot_run.SERVING_STEPS)
                or (self._stopping and event.step == "died")
            ):
                self._serving = self._serving and event.step not in ("died", "stopped")
                return ended
            self._boot = BootBuilder(event, self._resolver, self._chain)
        if event.step == "stopped" and self._boot.has_started:
            return ended + self._close_boot()
        self._boot.on_event(event)
        if event.step == "died":
            # An exit and the startup probe that fails by it are one boot, in either order and of any status.
            self._serving = False
            self._ended_boot, self._boot = self._boot, None
        elif self._boot.finished:
            self._serving = self._boot.verdict == "ready" or event.step == "ready"
            ended += self._close_boot()
        return ended

    def _on_instance_start(self, event: Event) -> list[RunRecord]:
        """End what ran before; the start of the server inside a boot is the same boot."""
        self._serving = False
        self._cached = None
        if (
            self._boot is not None
            and not self._boot.has_failed
            and event.rule not in {e.rule for e in self._boot.events}
        ):
            self._boot.start_seen = True
            return []
        ended = [self._build(run) for run in self._open]
        self._open = []
        return ended + self._close_decided() + self._close_boot()

    def _close_ended_boot(self) -> list[RunRecord]:
        boot, self._ended_boot = self._ended_boot, None
        return [self._build(boot)] if boot is not None else []

    def _close_boot(self) -> list[RunRecord]:
        boot, self._boot = self._boot, None
        return [self._build(boot)] if boot is not None else []

    # ------------------------------------------------------------ probes

    def _on_probe(self, event: Event) -> list[RunRecord]:
        name = event.fields.get("probe", "")
        probe = self._probes.setdefault(name, ProbeBuilder(event))
        probe.on_event(event)
        return [self._build(self._probes.pop(name))] if probe.finished else []


def _is_separate_request(event: Event, words: GateWords) -> bool:
    """Return whether a gate line cannot be the end of a validation."""
    return event.step in ("error", "bypassed") or (event.step == "refused" and has_no_result(event, words))
