"""Jobs whose work is done by a child process."""
