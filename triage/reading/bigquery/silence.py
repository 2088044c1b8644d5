"""Notice that a host does not answer, while its client waits and retries."""

from collections.abc import Callable
from threading import Timer
from types import TracebackType
from typing import Self


class SilenceWatch:
    """Calls a function, from a thread of its own, in each silence that lasts some seconds.

    A silence begins with the block and with each answer, and it ends with the block.
    """

    def __init__(self, seconds: float, on_silence: Callable[[], None]) -> None:
        """Watch nothing yet."""
        self._seconds, self._on_silence = seconds, on_silence
        self._timer: Timer | None = None

    def __enter__(self) -> Self:
        """Begin a silence."""
        self._begin()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        """End the silence."""
        self._end()

    def on_answer(self, *_answer: object, **_how: object) -> None:
        """End a silence and begin the next one; a hook for answers of requests."""
        self._end()
        self._begin()

    def _begin(self) -> None:
        self._timer = Timer(self._seconds, self._on_silence)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
