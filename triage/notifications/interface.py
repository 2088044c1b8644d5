"""What a channel must offer, so that incidents can be reported to it."""

from abc import ABC, abstractmethod

from triage.models import Message


class DeliveryError(Exception):
    """A message was not taken; the text says why, and holds nothing of the address."""


class Channel(ABC):
    """A chat, a pager or a mailbox.

    Attributes:
        id: tells it from other channels, also in later runs; its address cannot be read from it.
        name: its name on screens, without anything of its address.

    """

    id: str
    name: str

    @abstractmethod
    def send(self, message: Message) -> None:
        """Send a message, sized to the channel.

        A pager opens, updates or resolves its alert of the same fingerprint.

        Raises:
            DeliveryError: it was not taken, or nobody knows.

        """
