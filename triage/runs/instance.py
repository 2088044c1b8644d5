"""What goes on at one instance: its validations, its gate, its boot, and probes of it, told apart line by line."""

from typing import NamedTuple

from triage.models import Chain, Event, Passage, Verdict
from triage.runs import boot as booting
from triage.runs import validation as validating
from triage.runs.boot import Boot
from triage.runs.draft import Draft
from triage.runs.gate import Gate, may_repeat, says_nothing
from triage.runs.naming import Naming
from triage.runs.probe import SILENCE, Probe
from triage.runs.validation import Validation
from triage.window import NANOSECONDS

#: Seconds behind a verdict in which its tail and what callers make of it are printed.
_TAIL = 2.0
#: Seconds by which the elapsed time in a verdict may miss the beginning that it belongs to.
_FIT = 0.5
_SILENCE, _BOOT_SILENCE, _CACHE = 60.0, 300.0, 15.0


class _Cached(NamedTuple):
    """The verdict of a validation that the gate made and may give again."""

    run: str
    verdict: Verdict
    at: int


class Instance:
    """The open runs of one instance. ``feed`` and ``end`` return the runs that are over."""

    def __init__(self, chain: Chain | None) -> None:
        """Begin with nothing known."""
        self._naming = Naming(chain)
        self._chain = chain
        self._silence = chain.silence if chain else _SILENCE
        self._boot_silence = chain.boot_silence if chain else _BOOT_SILENCE
        self._cache = chain.cache if chain else _CACHE
        self._open: list[Validation] = []
        self._decided: Validation | None = None
        self._gate: Gate | None = None
        self._boot: Boot | None = None
        self._probes: dict[str, Probe] = {}
        self._serving = False
        self._cached: _Cached | None = None
        self._environment: str | None = None

    def feed(self, event: Event) -> list[Passage]:
        """Read one line; lines arrive in order of time."""
        over = self._expire(event.entry.timestamp)
        environment = event.fields.get("environment")
        if environment:
            self._environment = environment.lower()
        if event.run == "validation":
            over += self._validation(event)
        elif event.run == "gate":
            over += self._at_gate(event)
        elif event.run == "boot":
            over += self._booting(event)
        elif event.run == "probe":
            over += self._probing(event)
        return over

    def end(self) -> list[Passage]:
        """Return what is still open where the log ends."""
        drafts = [*self._open, self._decided, self._gate, self._boot, *self._probes.values()]
        self._open, self._decided, self._gate, self._boot, self._probes = [], None, None, None, {}
        return [self._close(draft) for draft in drafts if draft is not None]

    def _close(self, draft: Draft) -> Passage:
        if isinstance(draft, Validation):
            draft.settle()
        if draft.environment is None:
            draft.environment = self._environment
        return draft.close()

    def _expire(self, now: int) -> list[Passage]:
        """Close what is silent for longer than a run of its kind can be."""
        over: list[Draft] = [run for run in self._open if run.seconds_since_last(now) > self._silence]
        if over:
            self._open = [run for run in self._open if run not in over]
        if self._decided is not None and self._decided.seconds_since_decided(now) > _TAIL:
            over.append(self._decided)
            self._decided = None
        if self._gate is not None and self._gate.seconds_since_last(now) > _TAIL:
            over.append(self._gate)
            self._gate = None
        if self._boot is not None and self._boot.seconds_since_last(now) > self._boot_silence:
            over.append(self._boot)
            self._boot = None
        silent = [name for name, probe in self._probes.items() if probe.seconds_since_last(now) > SILENCE]
        over += [self._probes.pop(name) for name in silent]
        return [self._close(draft) for draft in over]

    # ------------------------------------------------------------ validations

    def _validation(self, event: Event) -> list[Passage]:
        if event.step == "started":
            return self._start(event)
        if event.step == "verdict":
            return self._verdict(event)
        if self._decided is not None and (
            event.step not in validating.OPENING or event.step == "failed_services"
        ):
            self._decided.take(event)
            return []
        if self._open:
            return self._inside(event)
        if not Validation.opens(event):
            return []
        over = self._let_go()
        self._open.append(Validation(event, self._naming))
        return over + self._inside(event)

    def _inside(self, event: Event) -> list[Passage]:
        """Read a line of the runs that are open. One that it decides is open no more: its verdict was lost."""
        over: list[Passage] = []
        for run in self._open:
            run.take(event)
        for run in [run for run in self._open if run.decided is not None]:
            self._open.remove(run)
            over += self._let_go()
            self._decide(run)
        return over

    def _start(self, event: Event) -> list[Passage]:
        """Open a run. One that is open already overlaps with it: which line is whose is not guessed."""
        over = self._let_go() if not self._open else []
        run = Validation(event, self._naming)
        run.environment = (event.fields.get("environment") or self._environment or "").lower() or None
        run.take(event)
        self._open.append(run)
        if len(self._open) > 1:
            for other in self._open:
                other.overlaps = True
        return over

    def _verdict(self, event: Event) -> list[Passage]:
        over = self._let_go()
        if any(run.contradicts(event) for run in self._open):
            over += [self._close(run) for run in self._open]
            self._open = []
        if not self._open:
            self._open.append(Validation(event, self._naming))
        nearest = min(self._open, key=lambda run: run.misses(event))
        run = nearest if nearest.misses(event) <= _FIT else self._open[0]
        self._open.remove(run)
        run.take(event)
        self._decide(run)
        return over

    def _decide(self, run: Validation) -> None:
        self._decided = run
        self._serving = self._serving or run.verdict == "ready"

    def _let_go(self) -> list[Passage]:
        """Close the run whose tail was still awaited."""
        decided, self._decided = self._decided, None
        return [self._close(decided)] if decided is not None else []

    # ------------------------------------------------------------ the gate

    def _at_gate(self, event: Event) -> list[Passage]:
        """Tell the end of a validation from a request that was judged without one."""
        decided = self._decided
        if decided is not None and not decided.concluded and self._gate is None and not _stands_alone(event):
            decided.note(
                event,
                "gate",
                "failed" if event.step == "refused" else "passed",
                reason=event.fields.get("path"),
            )
            decided.concluded = event.step in ("refused", "approved")
            self._cached = _Cached(decided.id, decided.judged, decided.decided or event.entry.timestamp)
            return []
        gate = self._gate or Gate(event)
        self._gate = gate
        gate.take(event)
        if event.step == "allowed":
            gate.fail(self._naming.known(event.fields.get("checks", "")))
        if not gate.concluded:
            return []
        self._gate = None
        self._conclude(gate, event)
        return [self._close(gate)]

    def _conclude(self, gate: Gate, event: Event) -> None:
        cached = self._cached_at(event.entry.timestamp)
        if event.step == "refused":
            if cached and cached.verdict == "not_ready" and gate.condition is None and may_repeat(event):
                gate.repeat(cached.run, cached.verdict)
            else:
                gate.refuse(event, self._naming)
        elif cached and gate.condition is None and gate.verdict in ("unknown", cached.verdict):
            gate.repeat(cached.run, cached.verdict)
        elif gate.verdict == "unknown":
            gate.start_seen = False

    def _cached_at(self, now: int) -> _Cached | None:
        if self._cached is None or (now - self._cached.at) / NANOSECONDS > self._cache:
            return None
        return self._cached

    # ------------------------------------------------------------ boots

    def _booting(self, event: Event) -> list[Passage]:
        over: list[Passage] = []
        if event.step == "born":
            over += self._reborn(event)
        elif self._boot is not None and event.step == "failed" and not self._boot.echoes(event):
            over += self._end_boot()
        if self._boot is None:
            if event.step not in booting.OPENING or (self._serving and event.step in booting.WHILE_SERVING):
                self._serving = self._serving and event.step not in ("died", "stopped")
                return over
            self._boot = Boot(event, self._naming, self._chain)
        self._boot.take(event)
        if self._boot.over:
            self._serving = self._boot.verdict == "ready"
            over += self._end_boot()
        return over

    def _reborn(self, event: Event) -> list[Passage]:
        """A birth ends what ran before, but the server's start inside a boot is the same birth."""
        self._serving = False
        self._cached = None
        if (
            self._boot is not None
            and not self._boot.failing
            and event.rule not in {e.rule for e in self._boot.events}
        ):
            self._boot.start_seen = True
            return []
        over = [self._close(run) for run in self._open]
        self._open = []
        return over + self._let_go() + self._end_boot()

    def _end_boot(self) -> list[Passage]:
        boot, self._boot = self._boot, None
        return [self._close(boot)] if boot is not None else []

    # ------------------------------------------------------------ probes

    def _probing(self, event: Event) -> list[Passage]:
        name = event.fields.get("probe", "")
        probe = self._probes.setdefault(name, Probe(event))
        probe.take(event)
        return [self._close(self._probes.pop(name))] if probe.over else []


def _stands_alone(event: Event) -> bool:
    """Return whether a line of the gate cannot be the end of a validation."""
    return event.step in ("error", "bypassed") or (event.step == "refused" and says_nothing(event))
