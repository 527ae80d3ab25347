"""Informs the browser which draft was submitted, once the server has processed the form.

A form whose draft is kept is submitted with the draft's name in the query parameter `draft`. If the
route redirects, the fragment `#sent-NAME` is added to the URL, which ends the draft. A page with
faults does not end the draft, and neither does a redirect to confirm something first.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DRAFT = "draft"
_REFUSED = "form_refused"  # in `request.state`, if the redirected form was not stored
_NAME = re.compile(r"[0-9a-f]{32}\.[0-9a-f]{32}")
_MAX_QUERY = 2000


class SentFormsMiddleware:
    """Adds the fragment that ends a draft to the redirect that follows its submission."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request, and mark the redirect if the form had a draft."""
        name = draft_name(scope) if scope["type"] == "http" and scope["method"] == "POST" else None
        if name is None:
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})

        async def send_marked(message: Message) -> None:
            if message.get("status") == HTTPStatus.SEE_OTHER and not state.get(_REFUSED):
                headers = MutableHeaders(raw=message["headers"])
                address, _, place = headers["Location"].partition("#")
                headers["Location"] = f"{address}#sent-{name}{f'-{place}' if place else ''}"
            await send(message)

        await self._app(scope, receive, send_marked)


def draft_name(scope: Scope) -> str | None:
    """Return the name of a submitted form's draft, if it has one."""
    query: bytes = scope.get("query_string", b"")
    if len(query) > _MAX_QUERY:
        return None
    names = parse_qs(query.decode("latin-1")).get(DRAFT, [])
    return names[0] if names and _NAME.fullmatch(names[0]) else None
