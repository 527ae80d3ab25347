"""Files that people upload or name on the command line: people lists, cycle files, earlier results.

Here files are opened, size-checked and decoded; what their cells mean is decided in `coach.intake`.
"""
