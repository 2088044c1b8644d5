"""Requests over HTTP: one answer each, read to a bound of bytes and of time. No redirect is followed, no proxy is used."""

import asyncio
import secrets
import ssl
from base64 import b64encode
from collections.abc import Mapping

import httpx

from triage.checks.verify.answers import Answer, answered, failed
from triage.checks.verify.bounds import BODY


def upgrade() -> dict[str, str]:
    """Return the headers with which a client asks for a WebSocket (RFC 6455, 4.1)."""
    return {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": b64encode(secrets.token_bytes(16)).decode(),
    }


async def ask(url: str, headers: Mapping[str, str], *, context: ssl.SSLContext, seconds: float) -> Answer:
    """Return how a GET is answered. Each is sent on a connection of its own, so that none spoils another."""
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(
                verify=context, trust_env=False, timeout=seconds, follow_redirects=False
            ) as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity", **headers}) as response,
        ):
            body, cut = b"", False
            if response.status_code != httpx.codes.SWITCHING_PROTOCOLS:
                body, cut = await _read(response)
            location = response.headers.get("location", "")
            return answered(response.status_code, body, location=location, cut=cut)
    except (httpx.HTTPError, OSError) as error:
        return failed(error)


async def _read(response: httpx.Response) -> tuple[bytes, bool]:
    """Return what is read of a body, and whether it went on."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > BODY:
            return bytes(body[:BODY]), True
    return bytes(body), False
