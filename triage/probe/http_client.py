"""Send HTTP requests, limited in bytes and time.

Redirects are not followed, proxies are not used.
"""

import asyncio
import secrets
import ssl
from base64 import b64encode
from collections.abc import Mapping

import httpx

from triage.models import ResponseKeys
from triage.probe.answers import Answer, answer_from_error, answer_from_response
from triage.probe.limits import BODY


def upgrade_headers() -> dict[str, str]:
    """Return the headers of a WebSocket request (RFC 6455, 4.1)."""
    return {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": b64encode(secrets.token_bytes(16)).decode(),
    }


async def send_get(
    url: str, headers: Mapping[str, str], keys: ResponseKeys, *, context: ssl.SSLContext, seconds: float
) -> Answer:
    """Return the answer to a GET, sent on its own connection."""
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
            return answer_from_response(response.status_code, body, keys, location=location, cut=cut)
    except (httpx.HTTPError, OSError) as error:
        return answer_from_error(error)


async def _read_body(response: httpx.Response) -> tuple[bytes, bool]:
    """Return the start of a body, and whether it was longer."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > BODY:
            return bytes(body[:BODY]), True
    return bytes(body), False
