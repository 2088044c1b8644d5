"""Channels through apprise: Slack, Teams, PagerDuty, mail and about 130 other services.

A pager is a service whose addresses take a key of the alert, and ``action=map``, by which a message of the
type "success" resolves the alert of that key (apprise's plugins of PagerDuty, ilert, Squadcast and others).
"""

import logging
import re
import threading
import warnings
from collections.abc import Iterable
from hashlib import blake2b
from html import escape
from typing import Any, Self
from urllib.parse import quote

import msgspec

from triage.errors import UsageError
from triage.models import Message
from triage.notifications.interface import Channel, DeliveryError
from triage.notifications.messages import fit

#: The parameters of an address that hold the key of an alert.
_KEYS = ("dedup", "entity_id")
_TYPES = {"P0": "failure", "P1": "warning", "P2": "info"}
#: What a plugin may raise that its author did not expect; apprise's own errors are among them.
_FAULTS = (AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError)
_STATUS = re.compile(r"\berror=(\d{3})\b", re.ASCII)
#: Where a mention begins, which notifies people in most chats: "@all", Zulip's "@**all**", Discord's "<@&1>",
#: Google Chat's "<users/all>", and "<!channel>" of Slack, which Mattermost translates too ("Slack
#: compatibility" of its developer documentation).
_MENTION = re.compile(r"@(?=\S)|<(?=!|users/)")


def open_channels(addresses: Iterable[str]) -> list[Channel]:
    """Return a channel for each address, as apprise writes them; nothing is sent.

    Raises:
        UsageError: apprise is not installed, or an address is invalid; the error does not show it.

    """
    apprise = _import_apprise()
    return [_AppriseChannel(apprise, number, address) for number, address in enumerate(addresses, start=1)]


def _import_apprise() -> Any:
    """Import apprise with all of its plugins."""
    try:
        import apprise
    except ImportError as error:
        raise UsageError(
            "notifications need the extra 'notify'", "pip install 'cloudrun-triage[notify]'"
        ) from error
    with warnings.catch_warnings():
        # A plugin for mail imports what Python 3.13 removes.
        warnings.simplefilter("ignore", DeprecationWarning)
        apprise.Apprise.instantiate("json://127.0.0.1")
    return apprise


class _AppriseChannel(Channel):
    """A channel that apprise sends to."""

    def __init__(self, apprise: Any, number: int, address: str) -> None:
        """Check the address, the one with that ``number``."""
        self._apprise = apprise
        self._address = address
        self._asset = apprise.AppriseAsset(
            app_id="triage",
            app_desc="triage",
            image_url_mask="",
            image_url_logo="",
            async_mode=False,
        )
        plugin = self._instantiate(address)
        if plugin is None:
            raise UsageError(
                f"--notify: address {number} is not one that apprise can use",
                "see https://appriseit.com/services; some need another package (the address itself is "
                "secret, and not shown)",
            )
        self.id = blake2b(address.encode(), digest_size=4).hexdigest()
        self.name = f"channel {number} ({plugin.service_name})"
        action = plugin.template_args.get("action", {})
        keys = [key for key in _KEYS if key in plugin.template_args]
        self._key = keys[0] if keys and "map" in action.get("values", ()) else ""
        self._limits = {"title_limit": plugin.title_maxlen, "body_limit": plugin.body_maxlen}
        self._plugin = plugin

    def send(self, message: Message) -> None:
        """Send a message; the log of apprise is not shown, as it may hold parts of the address."""
        safe = msgspec.structs.replace(
            message,
            title=_without_mentions(message.title),
            lines=[_without_mentions(line) for line in message.lines],
        )
        title, body = fit(safe, **self._limits, size=self._size)
        plugin = self._with_key(message.fingerprint) if self._key else self._plugin
        kind = "success" if message.kind == "resolved" else _TYPES[message.severity]
        # Apprise.notify would start threads that keep the process from ending.
        # The text is converted here: plugins that split messages their own way, such as Telegram's, do not.
        text, written = self._convert(body)
        with _WarningsOfThread() as log:
            try:
                taken = plugin.notify(
                    body=text, title=title, notify_type=kind, body_format=written, body_passthrough=False
                )
            except _FAULTS as error:
                raise DeliveryError(f"apprise could not send it ({type(error).__name__})") from None
        if not taken:
            raise DeliveryError(_describe_failure(log.text))

    def _size(self, text: str) -> int:
        """Return the length of a text as the service gets it: escaped as HTML, or in its own format."""
        converted, _ = self._convert(text)
        return max(len(converted), len(escape(text, quote=False)))

    def _convert(self, text: str) -> tuple[str, Any]:
        """Return a text as the service reads it literally, and the format of that."""
        source = self._apprise.NotifyFormat.TEXT
        written = self._plugin.resolve_format(source)
        return self._apprise.conversion.convert_between(source, written, content=text), written

    def _instantiate(self, address: str) -> Any:
        """Return the plugin of an address, None for an invalid one."""
        with _WarningsOfThread():
            return self._apprise.Apprise.instantiate(address, asset=self._asset)

    def _with_key(self, fingerprint: str) -> Any:
        """Return the plugin for the alert of an incident."""
        joint = "&" if "?" in self._address else "?"
        key = quote(f"triage-{fingerprint}", safe="")
        return self._instantiate(f"{self._address}{joint}action=map&{self._key}={key}")


class _WarningsOfThread(logging.Handler):
    """Collects what apprise logs in this thread, so that none of it is printed."""

    def __init__(self) -> None:
        """Collect nothing yet."""
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self._logger = logging.getLogger("apprise")
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning."""
        if record.thread == self._thread:
            self.text += f"{record.getMessage()}\n"

    def __enter__(self) -> Self:
        """Begin to collect."""
        self._logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop collecting."""
        self._logger.removeHandler(self)


def _describe_failure(log: str) -> str:
    """Return why a message was not taken, in words of ours."""
    if status := _STATUS.search(log):
        return f"it answered {status[1]}"
    return "no connection, or no answer in time" if "onnection" in log else "apprise could not send it"


def _without_mentions(text: str) -> str:
    """Return the text with a space of no width in each mention: log text calls nobody."""
    return _MENTION.sub("\\g<0>\u200b", text)
