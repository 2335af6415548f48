"""cowork-tui: agent tasks on your own machine, with the context, the cache and the cost in sight."""
