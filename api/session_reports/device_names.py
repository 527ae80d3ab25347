"""Descriptions of devices for their owners, such as "Firefox, Windows"."""

from __future__ import annotations

from fastapi import Request

# The order matters: most browsers also name those that they are compatible with.
_BROWSERS = (
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
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_name(request: Request) -> str:
    """Return the browser and the system that a request names; empty if it names neither.

    A request can name what it likes: the description helps owners, and proves nothing.
    """
    agent = request.headers.get("User-Agent", "")
    found = (next((name for sign, name in names if sign in agent), "") for names in _NAMES)
    return ", ".join(name for name in found if name)


_NAMES = (_BROWSERS, _SYSTEMS)
