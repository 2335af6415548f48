"""The values that events carry: what the user chose, what was foretold, what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cowork_tui.core.hashing import Hash
from cowork_tui.core.steps import StepKind


class Mode(StrEnum):
    """What a task may change without asking."""

    READ_ONLY = "read-only"
    ASK = "ask"
    AUTO_EDIT = "auto-edit"


class Status(StrEnum):
    """Where a task stands."""

    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"


class MissCause(StrEnum):
    """Why a prefix that was expected in the cache was not read; the first that fits."""

    EDITED = "edited"
    TOOLS = "tools_changed"
    SYSTEM = "system_changed"
    MESSAGES = "messages_changed"
    MODEL = "model_changed"
    PARAMETERS = "parameters_changed"
    EXPIRED = "expired"
    BELOW_MINIMUM = "below_minimum"
    LOOKBACK = "lookback_exceeded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model and an effort; `effort` None means the model's default."""

    model: str
    effort: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The choice for one step kind."""

    kind: StepKind
    choice: ModelChoice


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a turn was foretold to use and cost. Ranges are P50 and P90.

    `cost_nanodollars` None: the model's prices are unknown. `switch_nanodollars` is what changing the model adds to
    this turn, beyond the same turn with the context warm on the new model.
    """

    read_tokens: int
    write_tokens: int
    fresh_tokens: int
    output_p50_tokens: int
    output_p90_tokens: int
    cost_nanodollars: int | None
    cost_p90_nanodollars: int | None
    seconds: float
    counted: bool
    """Whether the input was counted by the server rather than estimated."""
    own_history: bool
    """Whether the output range comes from own turns rather than built-in priors."""
    cold_cost_nanodollars: int | None = None
    """The same turn once the cache is gone."""
    switch_nanodollars: int = 0

    @property
    def input_tokens(self) -> int:
        return self.read_tokens + self.write_tokens + self.fresh_tokens


@dataclass(frozen=True, slots=True)
class PrefixLink:
    """One new link of the chain that names what was sent: the prefix `parent` plus one block."""

    hash: Hash
    parent: Hash
    block_hash: Hash


@dataclass(frozen=True, slots=True)
class FileChange:
    """One path goes from one state to another; hashes are SHA-256 of the content, None where there is no file.

    A path's history is the chain of its changes. A move is two of them, one for each path. Modes are permission bits;
    a folder exists where its mode is not None. Modes and times are None where they were not recorded.
    """

    path: str
    before_sha256: str | None
    after_sha256: str | None
    before_bytes: int
    after_bytes: int
    kind: str = "file"
    """`file` or `folder`; what is a file before and a folder after has a change for each."""
    before_mode: int | None = None
    after_mode: int | None = None
    before_mtime_ns: int | None = None
    after_mtime_ns: int | None = None
    moved_from: str | None = None
    """On the target of a move: the path that the content came from."""

    @property
    def is_folder(self) -> bool:
        return self.kind == "folder"

    @property
    def existed(self) -> bool:
        """Whether there was a file (or folder) of this kind before."""
        return (self.before_mode if self.is_folder else self.before_sha256) is not None

    @property
    def exists(self) -> bool:
        """Whether there is one after."""
        return (self.after_mode if self.is_folder else self.after_sha256) is not None
