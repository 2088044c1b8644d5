"""Headless Chromium controlled through a pipe: no port, driver or network."""

import base64
import json
import os
import signal
from itertools import count
from pathlib import Path
from typing import Any

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
]


class Browser:
    """One tab.

    Attributes:
        events: browser events since the page was opened, such as log and requests.

    """

    def __init__(self, chromium: str, profile: Path) -> None:
        """Start the browser; it reads commands on descriptor 3 and answers on 4."""
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        quiet = os.open(os.devnull, os.O_RDWR)
        wires = [(quiet, 1), (quiet, 2), (theirs_in, 3), (theirs_out, 4)]
        # Both ends are moved out of the way first: a pipe may itself be number 3 or 4.
        high = {fd: os.dup(fd) for fd, _ in wires}
        self._pid = os.posix_spawn(
            chromium,
            [chromium, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, high[fd], target) for fd, target in wires],
        )
        for fd in {theirs_in, theirs_out, quiet, *high.values()}:
            os.close(fd)
        self._numbers = count(1)
        self._unread = b""
        self._session = ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return the result of a DevTools command."""
        number = next(self._numbers)
        command: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        self._send(json.dumps(command).encode() + b"\0")
        while True:
            reply = self._receive()
            if reply.get("id") == number:
                assert "error" not in reply, reply["error"]
                result: dict[str, Any] = reply["result"]
                return result
            self.events.append(reply)

    def open(self, page: Path | str, width: int = 1440, *, dark: bool = False) -> None:
        """Open a file or an address at a width and wait until it is loaded and idle."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media="", features=[scheme])
        self.events.clear()
        self.call("Page.navigate", url=page if isinstance(page, str) else page.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive())

    def run(self, script: str) -> Any:
        """Return the value of an expression in the page; promises are awaited."""
        reply = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in reply, reply["exceptionDetails"]
        return reply["result"].get("value")

    def wait_for(self, condition: str) -> None:
        """Wait until an expression is true in the page, one minute at most."""
        self.run(
            "new Promise((resolve, reject) => {"
            "  const end = Date.now() + 60_000;"
            "  const look = () => {"
            f"    if ({condition}) resolve(true);"
            "    else if (Date.now() > end) reject(new Error(document.body.innerText));"
            "    else setTimeout(look, 50);"
            "  };"
            "  look();"
            "})"
        )

    def press(self, key: str) -> None:
        """Press and release a key, such as Tab or ArrowRight."""
        codes = {"Tab": 9, "Enter": 13, "ArrowRight": 39}
        text = {"text": "\r"} if key == "Enter" else {}
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=codes[key],
                **(text if kind == "keyDown" else {}),
            )

    def complaints(self) -> list[str]:
        """Return console messages, errors and policy violations of the page."""
        kinds = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [json.dumps(event["params"]) for event in self.events if event.get("method") in kinds]

    def requests(self) -> list[str]:
        """Return the addresses the page requested, its own file first."""
        sent = (event for event in self.events if event.get("method") == "Network.requestWillBeSent")
        return [event["params"]["request"]["url"] for event in sent]

    def picture(self) -> bytes:
        """Return the whole page as PNG."""
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    def paper(self) -> bytes:
        """Return the page printed on A4, as PDF."""
        printed = self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=True)
        return base64.b64decode(printed["data"])

    def close(self) -> None:
        """End the browser."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._out)
        os.close(self._in)

    def _send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._out, data) :]

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            got = os.read(self._in, 1 << 20)
            assert got, "Chromium ended"
            self._unread += got
        message, _, self._unread = self._unread.partition(b"\0")
        reply: dict[str, Any] = json.loads(message)
        return reply
