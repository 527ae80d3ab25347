"""Cycles and their policies."""
