"""The catalogues of translated messages, and the choice of a language for each reader."""
