"""The design page: every component of the pages on one page, for development."""
