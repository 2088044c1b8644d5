"""Report incidents to chats and pagers."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click


def notify_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --notify and --notify-state, and pass their channels as ``channels``, None without any."""

    @click.option(
        "--notify",
        multiple=True,
        envvar="TRIAGE_NOTIFY",
        show_envvar=True,
        metavar="URL|@FILE",
        help="Report incidents to this chat or pager (repeatable). @FILE holds one URL on each line: no "
        "secret is in the list of processes then.",
    )
    @click.option(
        "--notify-state",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help="With --notify: remember here what was sent, so that other runs do not send it again.",
    )
    @functools.wraps(function)
    def with_channels(*args: Any, notify: tuple[str, ...], notify_state: str | None, **options: Any) -> Any:
        from triage.pipeline import connect_channels

        state_file = Path(notify_state) if notify_state else None
        channels = connect_channels(notify, state_file)
        return function(*args, channels=channels, **options)

    return with_channels
