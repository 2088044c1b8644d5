"""What is to be fetched, how far it is, and what came of it."""

from typing import Literal

import msgspec

from triage.window import Window, both_clocks


class FetchPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a fetch asks Cloud Logging for, and where it puts the answer.

    ``filter`` stands in place of what the packs name, ``everything`` asks for all lines of the services. ``limit`` is
    a number of entries per service. ``file`` is the output's name ("" for one made of service and window) and
    ``folder`` where it goes. ``widen`` is None where the window decides: a relative one may be widened. Without
    ``keep`` nothing is left of a fetch that fails or is interrupted.
    """

    services: list[str]
    window: Window
    project: str = ""
    filter: str = ""
    everything: bool = False
    limit: int | None = None
    folder: str = "."
    file: str = ""
    resume: bool = False
    keep: bool = True
    widen: bool | None = None
    reads_per_minute: int = 60
    endpoint: str = ""
    impersonate: str = ""

    @property
    def may_widen(self) -> bool:
        """Return whether the window may grow."""
        return self.window.relative if self.widen is None else self.widen


class Query(msgspec.Struct, frozen=True):
    """What is asked for of one service: the whole filter, and the command by which gcloud asks the same."""

    service: str
    filter: str
    command: str


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a fetch is: entries and pages of all services, and the time reached in the window.

    ``waiting`` says for what it waits ("quota", "Cloud Logging"), "" while it does not.
    """

    entries: int
    pages: int
    window: Window
    service: str = ""
    reached: int | None = None
    waiting: str = ""

    def __str__(self) -> str:
        """Return it in words: service, entries, pages, the time reached, and what is waited for."""
        said = [self.service, f"{self.entries:,} entries", f"{self.pages} pages"]
        if self.reached is not None:
            said.append(f"reached {both_clocks(self.reached)}")
        if self.waiting:
            said.append(f"waiting for {self.waiting}")
        return ", ".join(said)


class Need(msgspec.Struct, frozen=True):
    """Why a window is too short: the side at which something is cut, and what."""

    side: Literal["start", "end"]
    says: str


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """The file of one service: where it is, the windows asked for and fetched, and whether all of it is in."""

    service: str
    path: str
    project: str
    filter: str
    asked: Window
    window: Window
    entries: int
    pages: int
    complete: bool
    cut: str = ""
