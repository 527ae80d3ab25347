"""Decides in which language a reader is addressed: on a page, in an email, and in a terminal.

All three give the language that the deployment is set to, English by default.
"""

from __future__ import annotations

import os

from fastapi import Request

from api.organisation import Organisation
from api.services import Services
from api.texts.catalogues import renderer
from coach.texts.locales import ENGLISH, LOCALES
from coach.texts.renderer import Renderer

LANGUAGE_VARIABLE = "GENDER_COACH_LANGUAGE"


def request_renderer(request: Request) -> Renderer:
    """Return the renderer for whoever sent a request."""
    services: Services = request.app.state.services
    return renderer(services.settings.deployment, services.settings.language)


def mail_renderer(services: Services) -> Renderer:
    """Return the renderer for the recipient of an email."""
    return renderer(services.settings.deployment, services.settings.language)


def terminal_renderer() -> Renderer:
    """Return the renderer for commands, in the language of the environment variable.

    A language that does not exist gives English, because the command may be the one that would
    explain the mistake.
    """
    key = os.environ.get(LANGUAGE_VARIABLE, ENGLISH.key)
    return renderer(Organisation(), key if key in LOCALES else ENGLISH.key)
