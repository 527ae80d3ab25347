"""Moving single sessions of a published plan: free times, proposals, and the office's changes."""
