"""The service on this machine, in whatever state one wants to see."""

from tests.fakes.service.serving import Service
from tests.fakes.service.states import STATES

__all__ = ["STATES", "Service"]
