"""Logs failed searches for remedies. The engine returns a plan even if a search fails."""

from __future__ import annotations

import logging

from api.logging.exception_location import exception_location

_LOG = logging.getLogger(__name__)


def log_failed_search(error: BaseException) -> None:
    """Log where the search for a coachee's remedies failed, without its message or any names."""
    _LOG.error("remedies were not all determined: %s", exception_location(error))
