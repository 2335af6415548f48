from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cowork_tui.adapters.store.database import HistoryStore, open_database
from cowork_tui.adapters.store.queries import HistoryQueries


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "history.db"


@pytest.fixture
def store(path: Path) -> Iterator[HistoryStore]:
    store = open_database(path)
    yield store
    store.close()


@pytest.fixture
def queries(path: Path) -> HistoryQueries:
    return HistoryQueries(path)
