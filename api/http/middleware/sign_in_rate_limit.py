"""Limits the rate of sign-in attempts per network address."""

from __future__ import annotations

from http import HTTPStatus

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http import facts
from api.http.rejected_request import RejectedRequestError
from api.http.urls import OIDC_START, SIGN_IN

_LIMIT = RateLimitItemPerMinute(20)


class SignInRateLimitMiddleware:
    """Responds with 429 to an address that makes more than twenty sign-in attempts a minute.

    A GET request that redirects to the identity provider is also an attempt, because it stores a
    row.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
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
        await answer(scope, receive, send)

    def _is_limited(self, scope: Scope) -> bool:
        if scope["type"] != "http" or not scope["path"].startswith(SIGN_IN):
            return False
        if scope["method"] != "POST" and scope["path"] != OIDC_START:
            return False
        address = (scope.get("client") or ("unknown", 0))[0]
        return not self._limiter.hit(_LIMIT, address)
