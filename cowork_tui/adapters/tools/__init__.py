"""The tools that work on a folder: list, search, read, write, edit."""
