"""Data protection: retention, erasure, redaction, and access of people to their own data."""
