"""Uploaded lists, which a manager reviews and confirms before they replace earlier lists."""
