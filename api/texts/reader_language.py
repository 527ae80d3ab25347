"""Decides in which language a reader is addressed on a page and in an email.

Both give the language that the deployment is set to, English by default. For commands, see
`api.texts.terminal_language`.
"""

from __future__ import annotations

from fastapi import Request

from api.services import Services
from api.texts.catalogues import renderer
from coach.texts.renderer import Renderer


def request_renderer(request: Request) -> Renderer:
    """Return the renderer for whoever sent a request."""
    services: Services = request.app.state.services
    return renderer(services.settings.deployment, services.settings.language)


def mail_renderer(services: Services) -> Renderer:
    """Return the renderer for the recipient of an email."""
    return renderer(services.settings.deployment, services.settings.language)
