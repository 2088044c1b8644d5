"""A fake of the service in any state."""

from tests.fakes.service.serving import Service
from tests.fakes.service.states import STATES

__all__ = ["STATES", "Service"]
