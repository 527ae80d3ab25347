"""The assignment master: who with whom, relaxed where coaches are known by capacity alone."""
