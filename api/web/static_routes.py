"""Routes for the stylesheet and the scripts."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Request, Response

from api.http.permissions import EVERYBODY, Permission, Permissions
from api.http.urls import STATIC
from api.web.templating import static_file

STATIC_FILES = APIRouter(include_in_schema=False)
_MEDIA_TYPES = {
    "style.css": "text/css",
    "availability.js": "text/javascript",
    "drafts.js": "text/javascript",
    "live.js": "text/javascript",
    "passkey.js": "text/javascript",
    "policy.js": "text/javascript",
}
_ONE_HOUR = 3600  # seconds


@STATIC_FILES.get(STATIC + "/{name}")
def static(
    name: Literal[
        "style.css", "availability.js", "drafts.js", "live.js", "passkey.js", "policy.js"
    ],
    request: Request,
) -> Response:
    """Return a static file with an ETag, so that browsers can revalidate their copy."""
    content = static_file(name)
    etag = f'W/"{hashlib.sha256(content).hexdigest()[:16]}"'  # weak: the same if compressed
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={_ONE_HOUR}"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, media_type=_MEDIA_TYPES[name], headers=headers)


ROUTERS = (STATIC_FILES,)
PERMISSIONS: Permissions = {
    ("GET", "/static/{name}"): Permission(EVERYBODY, authenticates=False, compressible=True),
}
