"""Files: written atomically, read within limits, safe for spreadsheet programs."""
