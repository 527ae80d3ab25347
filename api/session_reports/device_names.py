"""Descriptions of devices for their owners, such as "Firefox, Windows"."""

from __future__ import annotations

from fastapi import Request

# The order matters: most browsers also name the browsers that they are compatible with.
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
    """Return the browser and operating system in `User-Agent`; empty if neither is recognised.

    The header can be forged, so the name is only for display.
    """
    agent = request.headers.get("User-Agent", "")
    found = (next((name for sign, name in names if sign in agent), "") for names in _NAMES)
    return ", ".join(name for name in found if name)


_NAMES = (_BROWSERS, _SYSTEMS)
