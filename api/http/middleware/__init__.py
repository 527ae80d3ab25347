"""Middleware: logging, compression, security headers, host and CSRF checks, and limits."""
