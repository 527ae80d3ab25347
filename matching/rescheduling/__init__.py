"""Moving individual sessions of a published plan, without solving again."""
