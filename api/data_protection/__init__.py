"""Data protection: retention, erasure, redaction and subject access."""
