"""A Messages API on this machine, answered by a script, not AI."""
