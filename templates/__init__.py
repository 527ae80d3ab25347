"""Pages, forms, mails and the report, as Jinja2 templates. They receive finished values."""
