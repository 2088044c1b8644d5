"""Raw record to Entry: one decoder, one meaning for every form; split entries joined, duplicates dropped, in order."""

from triage.entries.ahead import ahead
from triage.entries.api import api_form
from triage.entries.bounds import Bounds
from triage.entries.decode import decode
from triage.entries.instances import EntriesByInstance
from triage.entries.narrowing import narrow, place
from triage.entries.sieve import Sieve
from triage.entries.stream import Entries

__all__ = [
    "Bounds",
    "Entries",
    "EntriesByInstance",
    "Sieve",
    "ahead",
    "api_form",
    "decode",
    "narrow",
    "place",
]
