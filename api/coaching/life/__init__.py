"""The life of pairs: what has happened to them, from the call to what comes after the cycle."""
