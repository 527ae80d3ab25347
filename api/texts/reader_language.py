"""Chooses the language of pages and emails.

Both use the language in the deployment's settings, which is English by default. For commands, see
`api.texts.terminal_language`.
"""

from __future__ import annotations

from fastapi import Request

from api.services import Services
from api.texts.catalogues import renderer
from coach.texts.renderer import Renderer


def request_renderer(request: Request) -> Renderer:
    """Return the renderer for the sender of a request."""
    services: Services = request.app.state.services
    return renderer(services.settings.deployment, services.settings.language)


def mail_renderer(services: Services) -> Renderer:
    """Return the renderer for the recipient of an email."""
    return renderer(services.settings.deployment, services.settings.language)
