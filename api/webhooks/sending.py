"""Sends one message to a webhook.

The name in the URL is resolved for each attempt, the address is checked, and the connection is made
to that address, so that the name cannot change in between. Redirects are not followed, and the
response is not read.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Collection, Mapping
from enum import StrEnum
from http import HTTPStatus

import httpx2

from api.webhooks.addresses import Network, is_permitted

_TIMEOUT_SECONDS = 10.0


class Problem(StrEnum):
    """The reason why an attempt failed."""

    UNKNOWN_HOST = "unknown host"
    FORBIDDEN_ADDRESS = "forbidden address"
    FORBIDDEN_HOST = "forbidden host"
    NO_CONNECTION = "no connection"
    TIMEOUT = "timeout"
    REFUSED = "refused"  # a response other than 2xx
    GONE = "gone"  # 410: the receiver wants no more messages


def send(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    networks: Collection[Network],
    *,
    timeout: float = _TIMEOUT_SECONDS,
) -> Problem | None:
    """Post a message; return `None` if the receiver accepted it, otherwise the problem.

    `networks` contains the permitted networks that are not public. `timeout` is in seconds, for
    connecting and for reading each part of the response; the whole attempt takes at most twice as
    long.
    """

    async def in_time() -> Problem | None:
        try:
            async with asyncio.timeout(2 * timeout):
                return await _send(httpx2.URL(url), headers, body, networks, timeout)
        except TimeoutError:
            return Problem.TIMEOUT

    return asyncio.run(in_time())


async def _send(
    url: httpx2.URL,
    headers: Mapping[str, str],
    body: bytes,
    networks: Collection[Network],
    seconds: float,
) -> Problem | None:
    try:
        addresses = await _resolve(url.host, url.port or 443)
    except OSError:
        return Problem.UNKNOWN_HOST
    if not addresses or not all(is_permitted(each, networks) for each in addresses):
        return Problem.FORBIDDEN_ADDRESS
    client = httpx2.AsyncClient(
        verify=ssl.create_default_context(),
        timeout=seconds,
        follow_redirects=False,
        trust_env=False,
    )
    try:
        async with (
            client,
            client.stream(
                "POST",
                url.copy_with(host=addresses[0]),
                content=body,
                headers={
                    **headers,
                    "Host": url.netloc.decode("ascii"),
                    "Content-Type": "application/json",
                },
                extensions={"sni_hostname": url.raw_host.decode("ascii")},
            ) as response,
        ):
            return _problem_of(response.status_code)
    except httpx2.TimeoutException:
        return Problem.TIMEOUT
    except (httpx2.HTTPError, ssl.SSLError, OSError):
        return Problem.NO_CONNECTION


async def _resolve(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _problem_of(status: int) -> Problem | None:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    return Problem.GONE if status == HTTPStatus.GONE else Problem.REFUSED
