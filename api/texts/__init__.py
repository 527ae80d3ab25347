"""Which language a reader gets, and the catalogues of translated texts."""
