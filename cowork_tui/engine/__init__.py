"""The task loop: asynchronous, over ports, knowing only core."""
