"""A rule that reads a whole stack trace names its last exception, never one that was handled before it."""

import copy
from functools import cache

import pytest

from tests.runs.logs import PACKS, entry, platform, text_line
from triage.models import Coverage, Incident
from triage.pipeline import Analyzer

PLACE = {"service": "bakery", "revision": "bakery-00003-tuv", "instance": "i7"}
HANDLING = "\n\nDuring handling of the above exception, another exception occurred:\n\n"

ENVIRON = """Traceback (most recent call last):
  File "/srv/bakery/oven.py", line 11, in open_oven
    heat = os.environ["OVEN_HEAT"]
           ~~~~~~~~~~^^^^^^^^^^^^^
  File "<frozen os>", line 714, in __getitem__
KeyError: 'OVEN_HEAT'"""
LOOKUP = """Traceback (most recent call last):
  File "/srv/bakery/dough.py", line 27, in weigh
    return prices["rye"]
           ~~~~~~^^^^^^^
KeyError: 'rye'"""
LAST = """Traceback (most recent call last):
  File "/srv/bakery/shop.py", line 64, in serve
    raise LookupFailed("no bread is left")
bakery.errors.LookupFailed: no bread is left"""
LIBRARY = """Traceback (most recent call last):
  File "/usr/local/lib/python3.12/site-packages/crumb/mix.py", line 9, in stir
    return len(flour)
           ^^^^^^^^^^
TypeError: object of type 'NoneType' has no len()"""
SETTINGS = """Traceback (most recent call last):
  File "/srv/bakery/conf.py", line 5, in <module>
    settings = OvenSettings()
pydantic_core._pydantic_core.ValidationError: 2 validation errors for OvenSettings
heat
  Field required [type=missing, input_value={}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2.9/v/missing
tray.size
  Input should be a valid integer [type=int_parsing, input_value='x', input_type=str]"""
ORDER = """Traceback (most recent call last):
  File "/srv/bakery/order.py", line 18, in parse
    return Order.model_validate(body)
pydantic_core._pydantic_core.ValidationError: 1 validation error for Order
loaves
  Input should be a valid integer [type=int_parsing, input_value='x', input_type=str]"""
FETCH = """TypeError: fetch failed
    at node:internal/deps/undici/undici:13502:13
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at async order (/srv/bakery/lib/order.js:31:20) {
  [cause]: Error: connect ECONNREFUSED 10.31.0.4:8090
      at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)
}"""
CAST = """System.InvalidCastException: The oven did not answer with a number.
 ---> System.Net.Sockets.SocketException (111): Connection refused
   at System.Net.Sockets.Socket.Connect(EndPoint remoteEP)
   --- End of inner exception stack trace ---
   at Bakery.Oven.Heat() in /src/Bakery/Oven.cs:line 21"""
NULL = """System.InvalidOperationException: The order cannot be served.
 ---> System.NullReferenceException: Object reference not set to an instance of an object.
   at Bakery.Dough.Weigh() in /src/Bakery/Dough.cs:line 14
   --- End of inner exception stack trace ---
   at Bakery.Shop.Serve() in /src/Bakery/Shop.cs:line 40"""
REPANIC = """panic: the oven is cold [recovered]
\tpanic: runtime error: index out of range [4] with length 4

goroutine 1 [running]:
main.serve(0x4)
\t/srv/bakery/shop.go:52 +0x1d"""


@cache
def analyzer() -> Analyzer:
    return Analyzer(PACKS)


def first_incident(text: str) -> Incident:
    """Return the first incident of an instance that printed a text and exited."""
    analyzed = copy.deepcopy(analyzer())
    exited = platform(1.2, "Container called exit(1).", **PLACE)
    analyzed.observe([entry(text_line(1, text, **PLACE)), entry(exited)])
    build = analyzed.build(lambda matched: Coverage(records=2, entries=2, matched=matched))
    return build.diagnosis.incidents[0]


@pytest.mark.parametrize("handled", [ENVIRON, LOOKUP, SETTINGS, ORDER])
def test_last_exception_of_a_python_chain_is_named(handled: str) -> None:
    assert "LookupFailed: no bread is left" in first_incident(handled + HANDLING + LAST).title


@pytest.mark.parametrize("handled", [ENVIRON, SETTINGS, LAST])
def test_location_belongs_to_the_last_exception(handled: str) -> None:
    assert first_incident(handled + HANDLING + LOOKUP).title.endswith(
        "bakery/dough.py:27 cannot use a value: KeyError: 'rye'"
    )


def test_location_of_a_handled_exception_is_not_given_to_a_library() -> None:
    assert first_incident(LOOKUP + HANDLING + LIBRARY).title == (
        "An error in the code: TypeError: object of type 'NoneType' has no len()"
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (LAST + HANDLING + ENVIRON, "The environment variable OVEN_HEAT is not set"),
        (LAST + HANDLING + SETTINGS, "The setting heat of OvenSettings is invalid: Field required"),
        (LAST + HANDLING + ORDER, "Order refuses loaves: Input should be a valid integer"),
        (FETCH, "10.31.0.4:8090 refuses connections"),
        (CAST, "A connection was refused: `System.Net.Sockets.SocketException (111): Connection refused`"),
        (
            NULL,
            "An error in the code at Bakery/Dough.cs:14: NullReferenceException: Object reference not set to an instance of an object.",
        ),
        (
            REPANIC,
            "An error in the code at bakery/shop.go:52: runtime error: index out of range [4] with length 4",
        ),
    ],
    ids=["environment", "settings", "model", "node-cause", "dotnet-inner", "dotnet-innermost", "go-repanic"],
)
def test_deepest_exception_is_named(text: str, title: str) -> None:
    assert first_incident(text).title == title
