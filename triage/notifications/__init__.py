"""Messages to chats and pagers: one for each incident and change, whatever was sent before."""

from triage.notifications.addresses import read_addresses
from triage.notifications.apprise_channel import open_channels
from triage.notifications.interface import Channel, DeliveryError
from triage.notifications.messages import LOG, fit, next_message
from triage.notifications.notifier import Notifier
from triage.notifications.sent_file import SentFile

__all__ = [
    "LOG",
    "Channel",
    "DeliveryError",
    "Notifier",
    "SentFile",
    "fit",
    "next_message",
    "open_channels",
    "read_addresses",
]
