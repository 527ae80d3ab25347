"""Names that help people recognise their devices in a list."""

from __future__ import annotations

from fastapi import Request

_BROWSERS = (  # most browsers also name the browsers that they are compatible with
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_name(request: Request) -> str:
    """Return the browser and system that sent a request, such as "Firefox, Windows".

    Returns an empty string if the `User-Agent` header names neither.
    """
    agent = request.headers.get("user-agent", "")
    found = (
        next((name for mark, name in marks if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(name for name in found if name)
