"""The history: one SQLite file, one writing connection, any number of readers.

`task_list` needs nothing but the standard library, so that the first screen can show tasks before anything heavy is
imported; keep this file free of imports for the same reason.
"""
