"""Middleware: request logging, security headers, host and CSRF checks, size and rate limits."""
