"""Requests over HTTP: one answer each, read to a bound of bytes and of time. No redirect is followed, no proxy is used."""

import asyncio
import secrets
import ssl
from base64 import b64encode
from collections.abc import Mapping

import httpx

from triage.probe.answers import Answer, answer_from_error, answer_from_response
from triage.probe.limits import BODY


def upgrade_headers() -> dict[str, str]:
    """Return the headers with which a client asks for a WebSocket (RFC 6455, 4.1)."""
    return {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": b64encode(secrets.token_bytes(16)).decode(),
    }


async def send_get(
    url: str, headers: Mapping[str, str], *, context: ssl.SSLContext, seconds: float
) -> Answer:
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
                body, cut = await _read_body(response)
            location = response.headers.get("location", "")
            return answer_from_response(response.status_code, body, location=location, cut=cut)
    except (httpx.HTTPError, OSError) as error:
        return answer_from_error(error)


async def _read_body(response: httpx.Response) -> tuple[bytes, bool]:
    """Return what is read of a body, and whether it went on."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > BODY:
            return bytes(body[:BODY]), True
    return bytes(body), False
