"""Serves the design page at http://127.0.0.1:8001/design: `python -m tests.design`."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from api.organisation import Organisation
from api.texts.catalogues import renderer
from api.web.static_routes import STATIC_FILES
from tests.design.page import design_page


def english_page() -> str:
    """Return the design page in English."""
    return design_page(renderer(Organisation(), "en"))


def design_app() -> FastAPI:
    """Return an app that serves the design page, the stylesheet and the scripts."""
    app = FastAPI()
    app.include_router(STATIC_FILES)

    @app.get("/design", response_class=HTMLResponse)
    def design() -> str:
        return english_page()

    return app


if __name__ == "__main__":
    uvicorn.run(design_app(), port=8001)
