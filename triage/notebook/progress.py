"""Progress of a fetch, below the cell of a notebook."""

import logging
import sys
from html import escape
from typing import Any

from triage.models import Progress
from triage.redact import redact_text
from triage.text import clean

_logger = logging.getLogger("triage")


class FetchProgress:
    """Show messages, a progress bar and its description below the cell.

    Outside of a notebook nothing is shown, and messages go to the logger ``triage``.
    """

    def __init__(self) -> None:
        """Create the display without showing it."""
        self._messages: list[str] = []
        self._progress: Progress | None = None
        self._display: Any = None
        self._in_notebook = _in_notebook()

    def notify(self, sentence: str) -> None:
        """Show a message; it stays visible."""
        self._messages.append(redact_text(clean(sentence)))
        _logger.info("%s", self._messages[-1])
        self._draw()

    def show(self, progress: Progress) -> None:
        """Update the progress bar."""
        self._progress = progress
        self._draw()

    def close(self) -> None:
        """Remove the progress bar and keep the messages."""
        self._progress = None
        self._draw()

    def _draw(self) -> None:
        if not self._in_notebook:
            return
        from IPython.display import display

        bundle = {"text/plain": self._plain(), "text/html": self._html()}
        if self._display is None:
            self._display = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._display.update(bundle, raw=True)

    def _plain(self) -> str:
        return "\n".join([*self._messages, *([clean(str(self._progress))] if self._progress else [])])

    def _html(self) -> str:
        lines = [f"<div>{escape(sentence)}</div>" for sentence in self._messages]
        if at := self._progress:
            length, done = at.window.end - at.window.start, (at.reached or at.window.start) - at.window.start
            bar = f'<progress max="1" value="{max(0, min(done / length, 1)):.3f}"></progress>'
            lines.append(f"<div>{bar} {escape(clean(str(at)))}</div>")
        return f'<div class="tex2jax_ignore mathjax_ignore">{"".join(lines)}</div>'


def _in_notebook() -> bool:
    """Return whether this process is a kernel with a frontend that shows HTML.

    IPython in a terminal is not.
    """
    if "IPython" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return hasattr(shell, "kernel")
