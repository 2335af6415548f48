"""`python -m cowork_tui`."""

from __future__ import annotations

from cowork_tui.cli import main

if __name__ == "__main__":
    main()
