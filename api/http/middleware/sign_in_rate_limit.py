"""Limits the rate of sign-in requests, successful or not, per network or known device."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http import facts
from api.http.client_network import client_network
from api.http.rejected_request import RejectedRequestError
from api.http.urls import API, JOIN, OIDC_START, SIGN_IN

_LIMIT = RateLimitItemPerMinute(60)
_PATHS = (SIGN_IN, f"{JOIN}/", f"{API}/calls/")
_REFUSAL_SECONDS = 1  # a program that waits for each response can then send only a few requests
_MAX_WAITING = 300

KnownDeviceOf = Callable[[Request], str | None]
"""Returns the id of the known device that sent a request, if any."""


class SignInRateLimitMiddleware:
    """Responds with 429 to a network that sends more than sixty sign-in requests a minute.

    Requests about open calls count as well, because they cause emails to unconfirmed addresses.

    This protects the process from floods, before a request is routed; failed attempts with a
    password have their own, much lower limits. Known devices are counted separately, so that they
    can sign in from a network from which others send too many requests. A GET request that
    redirects to the identity provider also counts, because it stores a row.
    """

    def __init__(self, app: ASGIApp, known_device_of: KnownDeviceOf) -> None:
        self._app, self._known_device_of = app, known_device_of
        self._waiting = 0
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request, or reject it."""
        if not self._is_limited(scope):
            await self._app(scope, receive, send)
            return
        refusal = RejectedRequestError(HTTPStatus.TOO_MANY_REQUESTS, facts.TOO_MANY_SIGN_INS())
        refused = scope["app"].exception_handlers[HTTPException]
        answer = refused(Request(scope, receive), refusal)
        answer.headers["Retry-After"] = "60"
        await self._slow_down()
        await answer(scope, receive, send)

    async def _slow_down(self) -> None:
        """Delay the response to a rejected request, unless too many are being delayed."""
        if self._waiting < _MAX_WAITING:
            self._waiting += 1
            try:
                await asyncio.sleep(_REFUSAL_SECONDS)
            finally:
                self._waiting -= 1

    def _is_limited(self, scope: Scope) -> bool:
        if scope["type"] != "http" or not scope["path"].startswith(_PATHS):
            return False
        if scope["method"] != "POST" and scope["path"] != OIDC_START:
            return False
        device = self._known_device_of(Request(scope))
        return not self._limiter.hit(_LIMIT, device or client_network(scope))
