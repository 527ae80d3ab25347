"""The life of pairs: the states they have reached, from the call until after the cycle."""
