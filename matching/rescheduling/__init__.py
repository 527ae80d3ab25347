"""Moving single sessions of a published plan, without solving again."""
