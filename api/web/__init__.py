"""Shared code for pages: rendering, forms, labels, dates, the error page and static files."""
