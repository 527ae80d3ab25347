"""Cryptography: key ring, envelope encryption, password hashing, encrypted streams."""
