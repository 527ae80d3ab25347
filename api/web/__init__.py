"""What every page shares: rendering, forms, labels, dates, the error page and static files."""
