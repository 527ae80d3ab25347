"""What all pages share: rendering, forms, badges, dates, the error page and static files."""
