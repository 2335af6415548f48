"""The one place that builds things and knows every room. Heavy modules are imported when they are first needed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cowork_tui.adapters.config_files import Home, find_home, load_settings
from cowork_tui.adapters.secrets import find_key
from cowork_tui.core.errors import BadInput, CoworkError, StoreError
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
    from cowork_tui.adapters.tools.differences import Difference
    from cowork_tui.core.approvals import Rule
    from cowork_tui.core.task_values import FileChange, Status
    from cowork_tui.engine.loop import TaskLoop
    from cowork_tui.engine.references import Reference
    from cowork_tui.engine.undo import UndoPorts

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
    api_key: str = field(repr=False)
    money: Money


def choose_account(settings: Settings, *, demo: bool, environment: Mapping[str, str] = os.environ) -> Account | None:
    """The account to use, or None for the demo: asked for, or because there is neither a key nor another server.

    The key is that of the environment, else of the keyring, else of the key file. Raises BadInput for an address that
    is none and for a key that can't be got at.
    """
    if demo:
        return None
    base_url = choose_base_url(settings, environment)
    key = find_key(find_home(environment).key_file, environment)
    if base_url is None:
        return Account(None, key.value, Money.BILLED) if key else None
    return Account(base_url, key.value if key else "", money_at(base_url))


def choose_base_url(settings: Settings, environment: Mapping[str, str] = os.environ) -> str | None:
    """The server's address by environment or settings; None is the Claude API. Raises BadInput."""
    base_url = environment.get(BASE_URL_VARIABLE, "").strip()
    if base_url:
        try:
            parse_url(base_url)
        except BadInput as error:
            raise BadInput(f"In the environment, {BASE_URL_VARIABLE}: {error}") from error
    return base_url or settings.base_url


def money_at(base_url: str | None) -> Money:
    """Whose money a server's usage is: the Claude API bills at published prices, others at prices of their own."""
    host = "" if base_url is None else urlsplit(base_url).hostname or ""
    own = base_url is None or host == "anthropic.com" or host.endswith(".anthropic.com")
    return Money.BILLED if own else Money.UNKNOWN


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
def saving_what_can_be_read(home: Home):
    """Where the history turns out to be damaged inside, save what can be read. Raises StoreError that says so."""
    from cowork_tui.adapters.store.faults import DamagedHistory

    try:
        yield
    except DamagedHistory as error:
        from cowork_tui.adapters.store.recovery import recover

        raise StoreError(recover(home.history_file).sentence) from error


@contextlib.contextmanager
def open_history(home: Home):
    """The history for writing; made or migrated where needed, and saved where it is damaged. Raises StoreError."""
    from cowork_tui.adapters.store.database import open_database
    from cowork_tui.adapters.store.queries import HistoryQueries

    with saving_what_can_be_read(home):
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
        provider = AnthropicProvider(
            account.base_url,
            account.api_key,
            account.money,
            SystemClock(),
            retries=retries,
            silence_seconds=float(settings.silence_seconds),
        )
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
    settings: Settings,
) -> Ports:
    """The ports of one task. Raises BadInput for a folder that can't be used."""
    from cowork_tui.adapters.anthropic.catalogue import GenaiPriceBook
    from cowork_tui.adapters.tokenizer import Tokenizer
    from cowork_tui.adapters.tools.folder import check_folder
    from cowork_tui.adapters.tools.host import FolderTools
    from cowork_tui.adapters.tools.journal import Journal
    from cowork_tui.adapters.tools.system_trash import to_system_trash

    check_folder(folder)
    history.store.set_account(provider.endpoint, provider.key_fingerprint)
    clock = SystemClock()
    tools = FolderTools(folder, Journal(home.originals), clock.now, to_system_trash)
    count = Tokenizer().count
    bus = Bus(history.store)
    prices, limit = GenaiPriceBook(), float(settings.tool_seconds)
    rules = StoredRules(history)
    return Ports(provider, tools, bus, history.queries, approver, clock, count, prices, catalogue, limit, rules)


def read_references(paths: Sequence[Path]) -> tuple[Reference, ...]:
    """The reference documents of a new task. Raises BadInput for one that can't be used."""
    from cowork_tui.adapters.tools.references import read_references as read

    return read(paths)


@dataclass(frozen=True, slots=True)
class StoredRules:
    """`engine.ports.RuleBook` over the history."""

    history: History

    def approval_rules(self) -> tuple[Rule, ...]:
        """All of them, oldest first."""
        return self.history.queries.approval_rules()

    async def add_rule(self, rule: Rule) -> int:
        """Store one; its number."""
        return await self.history.store.add_rule(rule)


def undo_ports(home: Home, history: History) -> UndoPorts:
    """What undo and redo use."""
    from cowork_tui.adapters.tokenizer import Tokenizer
    from cowork_tui.adapters.tools.undo import JournalKeeper
    from cowork_tui.engine.undo import UndoPorts

    keeper = JournalKeeper(home.originals)
    return UndoPorts(history.store, history.queries, keeper, SystemClock().now, Tokenizer().count)


@asynccontextmanager
async def holding(history: History, task_id: str) -> AsyncIterator[None]:
    """Hold a task's lease, so that nobody runs or changes it meanwhile. Raises BadInput while somebody does."""
    await history.store.claim(task_id)
    try:
        yield
    finally:
        await history.store.release(task_id)


def differences(home: Home, folder: Path, changes: Sequence[FileChange]) -> tuple[Difference, ...]:
    """What became of each file's content."""
    from cowork_tui.adapters.tools.differences import difference
    from cowork_tui.adapters.tools.undo import JournalKeeper

    keeper = JournalKeeper(home.originals)
    return tuple(difference(keeper, folder, change) for change in changes)


def tool_names() -> tuple[str, ...]:
    """The tools that change files."""
    from cowork_tui.adapters.tools.definitions import TOOLS

    return tuple(tool.name for tool in TOOLS if tool.changes)


def caches_of(ports: Ports):
    """What is known of the caches of the account the ports use."""
    return remembered_caches(ports.queries, ports.provider, ports.clock.now())


def list_tasks(home: Home) -> tuple[TaskRow, ...]:
    """The stored tasks, newest first; none where there is no history yet. Raises StoreError."""
    from cowork_tui.adapters.store.task_list import read_tasks

    with saving_what_can_be_read(home):
        return read_tasks(home.history_file) if home.history_file.exists() else ()


def verify_task(home: Home, task: str) -> tuple[int, list[str]]:
    """How many requests of a task were rebuilt, and a sentence for each that is not what was sent."""
    from cowork_tui.adapters.anthropic.wire import body_from_blocks
    from cowork_tui.adapters.store.verify import verify

    queries = open_queries(home)
    with saving_what_can_be_read(home):
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
            with contextlib.suppress(StoreError):  # the next beat may get through; the lease outlasts a few
                if not await history.store.beat(task_id):
                    loop.stop()
                    return

    beating = asyncio.create_task(beat())
    try:
        return await run_to_stop(session, loop, lambda kind: history.store.acknowledge(task_id, kind))
    finally:
        beating.cancel()
        with contextlib.suppress(StoreError):  # a lease that can't be given back ends with the process
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
