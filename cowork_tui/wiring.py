"""The one place that builds things and knows every room. Heavy modules are imported when they are first needed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cowork_tui.adapters.config_files import Home, find_home, load_settings
from cowork_tui.core.errors import BadInput, CoworkError
from cowork_tui.core.models import ModelCard
from cowork_tui.core.pricing import Money
from cowork_tui.core.settings import Settings, parse_url
from cowork_tui.core.state import fold
from cowork_tui.engine.bus import Bus
from cowork_tui.engine.ports import Approver, Catalogue, PriceBook, TaskRow
from cowork_tui.engine.session import Ports, Session, remembered_caches

if TYPE_CHECKING:
    from cowork_tui.adapters.anthropic.catalogue import ModelCatalogue
    from cowork_tui.adapters.anthropic.client import AnthropicProvider
    from cowork_tui.adapters.store.database import HistoryStore
    from cowork_tui.adapters.store.queries import HistoryQueries
    from cowork_tui.core.json_values import JsonObject
    from cowork_tui.core.task_values import Status
    from cowork_tui.demo.reply import Reply
    from cowork_tui.demo.settings import DemoSettings
    from cowork_tui.engine.loop import TaskLoop

KEY_VARIABLE = "ANTHROPIC_API_KEY"
BASE_URL_VARIABLE = "ANTHROPIC_BASE_URL"
LIST_MODELS_SECONDS = 8.0


class SystemClock:
    """Real time."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class Account:
    """Which server answers, with which key, and whose money that is. `base_url` None is the Claude API."""

    base_url: str | None
    api_key: str
    money: Money


def choose_account(settings: Settings, *, demo: bool, environment: Mapping[str, str] = os.environ) -> Account | None:
    """The account to use, or None for the demo: asked for, or because there is neither a key nor another server.

    Raises BadInput for an address that is none.
    """
    if demo:
        return None
    key = environment.get(KEY_VARIABLE, "").strip()
    base_url = environment.get(BASE_URL_VARIABLE, "").strip()
    if base_url:
        try:
            parse_url(base_url)
        except BadInput as error:
            raise BadInput(f"In the environment, {BASE_URL_VARIABLE}: {error}") from error
    base_url = base_url or settings.base_url
    if base_url is None:
        return Account(None, key, Money.BILLED) if key else None
    own = (urlsplit(base_url).hostname or "").endswith("anthropic.com")
    return Account(base_url, key, Money.BILLED if own else Money.UNKNOWN)


@dataclass(frozen=True, slots=True)
class History:
    """The stored history, open for writing and reading."""

    store: HistoryStore
    queries: HistoryQueries


def home_and_settings(folder: Path | None = None) -> tuple[Home, Settings]:
    """Where things live, and the user's settings for a folder. Raises BadInput."""
    home = find_home()
    return home, load_settings(home, folder)


def open_queries(home: Home) -> HistoryQueries:
    """The history for reading. Raises NotFound when there is none."""
    from cowork_tui.adapters.store.queries import HistoryQueries

    return HistoryQueries(home.history_file)


@contextlib.contextmanager
def open_history(home: Home):
    """The history for writing; made or migrated where needed. Raises StoreError."""
    from cowork_tui.adapters.store.database import open_database
    from cowork_tui.adapters.store.queries import HistoryQueries

    store = open_database(home.history_file)
    try:
        yield History(store, HistoryQueries(home.history_file))
    finally:
        store.close()


@asynccontextmanager
async def open_provider(account: Account | None, settings: Settings) -> AsyncIterator[AnthropicProvider]:
    """The server that answers; the demo is started where there is no account."""
    async with contextlib.AsyncExitStack() as stack:
        if account is None:
            from cowork_tui.adapters.demo_process import DemoProcess

            demo = DemoProcess()
            starting = asyncio.create_task(stack.enter_async_context(demo))
            await asyncio.to_thread(_import_client)
            account = Account(await starting, demo.api_key, Money.DEMO)
        from cowork_tui.adapters.anthropic.client import AnthropicProvider
        from cowork_tui.adapters.anthropic.retries import RetryPolicy

        retries = RetryPolicy(attempts=settings.max_attempts)
        provider = AnthropicProvider(account.base_url, account.api_key, account.money, SystemClock(), retries=retries)
        try:
            yield provider
        finally:
            await provider.aclose()


def _import_client() -> None:
    import cowork_tui.adapters.anthropic.client  # noqa: F401  (warms the import while the demo starts)


async def load_catalogue(provider: AnthropicProvider) -> ModelCatalogue:
    """The models the server lists, merged with what is known of them; the built-in table where it can't be asked."""
    from cowork_tui.adapters.anthropic.catalogue import ModelCatalogue

    other_server = provider.money is Money.UNKNOWN
    try:
        listed = await asyncio.wait_for(provider.list_models(), LIST_MODELS_SECONDS)
    except (TimeoutError, CoworkError):
        return ModelCatalogue(None, accept_unknown=other_server)
    return ModelCatalogue(listed, accept_unknown=other_server)


def make_ports(
    home: Home,
    history: History,
    provider: AnthropicProvider,
    catalogue: Catalogue,
    folder: Path,
    approver: Approver,
) -> Ports:
    """The ports of one task. Raises BadInput for a folder that can't be used."""
    from cowork_tui.adapters.anthropic.catalogue import GenaiPriceBook
    from cowork_tui.adapters.tokenizer import Tokenizer
    from cowork_tui.adapters.tools.folder import check_folder
    from cowork_tui.adapters.tools.host import FolderTools
    from cowork_tui.adapters.tools.journal import Journal

    check_folder(folder)
    history.store.set_account(provider.endpoint, provider.key_fingerprint)
    clock = SystemClock()
    tools = FolderTools(folder, Journal(home.originals), clock.now)
    count = Tokenizer().count
    bus = Bus(history.store)
    return Ports(provider, tools, bus, history.queries, approver, clock, count, GenaiPriceBook(), catalogue)


def caches_of(ports: Ports):
    """What is known of the caches of the account the ports use."""
    return remembered_caches(ports.queries, ports.provider, ports.clock.now())


def list_tasks(home: Home) -> tuple[TaskRow, ...]:
    """The stored tasks, newest first; none where there is no history yet. Raises StoreError."""
    from cowork_tui.adapters.store.task_list import read_tasks

    return read_tasks(home.history_file) if home.history_file.exists() else ()


def verify_task(home: Home, task: str) -> tuple[int, list[str]]:
    """How many requests of a task were rebuilt, and a sentence for each that is not what was sent."""
    from cowork_tui.adapters.anthropic.wire import body_from_blocks
    from cowork_tui.adapters.store.verify import verify

    queries = open_queries(home)
    task_id = queries.resolve_task(task)
    return len(fold(queries.events(task_id)).turns), list(verify(queries, task_id, body_from_blocks))


@dataclass(frozen=True, slots=True)
class ModelListing:
    """Models with where they are known from; `newest` gives each line's newest active model."""

    cards: tuple[ModelCard, ...]
    newest: dict[str, str]
    prices: PriceBook
    source: str
    demo: bool


async def model_listing(*, demo: bool) -> ModelListing:
    """What can be used with the user's key, or with the demo. Raises BadInput."""
    from cowork_tui.adapters.anthropic.catalogue import GenaiPriceBook, ModelCatalogue

    _, settings = home_and_settings()
    account = choose_account(settings, demo=demo)
    if account is None and not demo:
        catalogue, source = ModelCatalogue(None), "Built-in list; with ANTHROPIC_API_KEY set, the API is asked."
    else:
        async with open_provider(account, settings) as provider:
            catalogue = ModelCatalogue(await provider.list_models())
            source = f"Listed by {provider.endpoint}; prices as published, in $ per million tokens."
    lines = {card.line for card in catalogue.cards()}
    newest: dict[str, str] = {}
    for line in lines:
        with contextlib.suppress(CoworkError):
            newest[line] = catalogue.resolve(line).id
    return ModelListing(catalogue.cards(), newest, GenaiPriceBook(), source, demo)


def new_task_id() -> str:
    """Sixteen hexadecimal digits."""
    return secrets.token_hex(8)


async def run_leased(history: History, session: Session, loop: TaskLoop) -> Status:
    """Run a task while holding its lease, so that no other process runs it too. Raises BadInput if one does."""
    from cowork_tui.adapters.store.leases import BEAT_SECONDS
    from cowork_tui.engine.runner import run_to_stop

    task_id = session.state.task_id
    await history.store.claim(task_id)

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if not await history.store.beat(task_id):
                loop.stop()
                return

    beating = asyncio.create_task(beat())
    try:
        return await run_to_stop(session, loop)
    finally:
        beating.cancel()
        await history.store.release(task_id)


def check_goal_folder(folder: Path) -> Path:
    """The folder as an absolute path. Raises BadInput for one that a task can't work in."""
    from cowork_tui.adapters.tools.folder import check_folder

    try:
        path = folder.expanduser().resolve()
    except (OSError, RuntimeError) as error:
        reason = str(error).rstrip(".")
        raise BadInput(f"The folder {folder} can't be used ({reason}): name another with --folder.") from error
    check_folder(path)
    return path


def serve_demo(host: str, port: int, seed: int, on_ready: Callable[[int], None], *, delta_seconds: float = 0.0) -> None:
    """Serve the demo Messages API until interrupted, waiting `delta_seconds` before each piece of a stream.

    Raises OSError where the port can't be had.
    """
    from cowork_tui.adapters.tokenizer import Tokenizer
    from cowork_tui.demo.clerk import answer
    from cowork_tui.demo.server import serve

    settings = demo_settings(Tokenizer().count, time.time, seed, answer, delta_seconds=delta_seconds)
    serve(settings, host, port, on_ready)


def demo_settings(
    count_text: Callable[[str], int],
    now: Callable[[], float],
    seed: int,
    answer: Callable[[JsonObject], Reply],
    *,
    delta_seconds: float = 0.0,
) -> DemoSettings:
    """A demo whose models weigh text as the published tokenizers do, give or take its own secret factors."""
    from cowork_tui.core.calibration import RATES
    from cowork_tui.core.models import Tokenizer as Generation
    from cowork_tui.demo.settings import DemoSettings

    return DemoSettings(
        count_text=count_text,
        now=now,
        seed=seed,
        answer=answer,
        delta_interval_seconds=delta_seconds,
        old_tokenizer_scale=RATES[Generation.OLD].text,
        new_tokenizer_scale=RATES[Generation.NEW].text,
    )
