"""The life of pairs: the states that they have reached, from the call until after the cycle."""
