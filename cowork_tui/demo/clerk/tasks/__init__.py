"""The tasks that the clerk can carry out, one file each: pure functions from the history to the next reply."""
