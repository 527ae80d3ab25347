"""Files: atomic writes, reading within limits, and safe output for spreadsheet programs."""
