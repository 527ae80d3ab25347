"""Reading, downloading and comparing plans."""
