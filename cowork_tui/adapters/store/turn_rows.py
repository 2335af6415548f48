"""The rows of turns, attempts, prefixes and calibrations, written from a task's events."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from cowork_tui.adapters.store.codec import EventCodec
from cowork_tui.adapters.store.packing import pack, pack_hex, plain
from cowork_tui.core.events import AttemptEnded, CacheMissed, TurnEnded, TurnPlanned

Value = None | int | float | str | bytes


@dataclass(frozen=True, slots=True)
class Account:
    """Where requests go and under which key; caches are kept apart by it."""

    endpoint: str = ""
    key_fingerprint: str = ""


def insert(connection: sqlite3.Connection, table: str, row: Mapping[str, Value], verb: str = "INSERT") -> None:
    """One row by column names."""
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(f"{verb} INTO {table} ({columns}) VALUES ({marks})", tuple(row.values()))


def plan_turn(
    connection: sqlite3.Connection, task: int, event: TurnPlanned, account: Account, codec: EventCodec
) -> None:
    """A turn about to be sent. Planning the same turn again (after a crash) takes the place of the earlier plan."""
    connection.executemany(
        "INSERT OR IGNORE INTO prefixes (hash, parent_hash, block_hash) VALUES (?, ?, ?)",
        [(link.hash, link.parent, link.block_hash) for link in event.new_links],
    )
    pairs = zip(event.breakpoints, event.breakpoint_hashes, strict=True)
    forecast, reserved = event.forecast, event.reserved
    row: dict[str, Value] = {
        "task": task,
        "turn": event.turn,
        "endpoint": account.endpoint,
        "key_fingerprint": account.key_fingerprint,
        "started_at": event.at,
        "step_kind": event.step_kind.value,
        "model": event.choice.model,
        "effort": event.choice.effort,
        "parameters": pack(codec.to_json(event.parameters)),
        "head": event.head,
        "positions": event.positions,
        "end_seq": event.end_seq,
        "breakpoints": pack(json.dumps([[point.position, point.ttl.value, prefix.hex()] for point, prefix in pairs])),
        "body_sha256": pack_hex(event.body_sha256),
        "previous_message_id": event.previous_message_id,
        "forecast_read_tokens": forecast.read_tokens,
        "forecast_write_tokens": forecast.write_tokens,
        "forecast_fresh_tokens": forecast.fresh_tokens,
        "forecast_output_p50_tokens": forecast.output_p50_tokens,
        "forecast_output_p90_tokens": forecast.output_p90_tokens,
        "forecast_cost_nanodollars": forecast.cost_nanodollars,
        "forecast_cost_p90_nanodollars": forecast.cost_p90_nanodollars,
        "forecast_cold_cost_nanodollars": forecast.cold_cost_nanodollars,
        "forecast_switch_nanodollars": forecast.switch_nanodollars,
        "forecast_seconds": forecast.seconds,
        "forecast_counted": forecast.counted,
        "reserved_nanodollars": reserved.nanodollars,
        "reserved_tokens": reserved.tokens,
    }
    insert(connection, "turns", row, "INSERT OR REPLACE")


def end_turn(connection: sqlite3.Connection, task: int, event: TurnEnded) -> None:
    """What a turn used and cost; what it says of the model's estimates."""
    usage = event.usage
    row: dict[str, Value] = {
        "ended_at": event.at,
        "served_model": event.model,
        "message_id": event.message_id,
        "request_id": event.request_id,
        "stop_reason": event.stop_reason,
        "input_tokens": usage.input_tokens,
        "cache_write_5m_tokens": usage.cache_write_5m_tokens,
        "cache_write_1h_tokens": usage.cache_write_1h_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "output_tokens": usage.output_tokens,
        "cache_known": usage.cache_known,
        "service_tier": usage.service_tier,
        "speed": usage.speed,
        "inference_geo": usage.inference_geo,
        "web_searches": usage.web_searches,
        "cost_nanodollars": event.cost_nanodollars,
        "money": event.money.value,
        "first_token_seconds": event.first_token_seconds,
        "seconds": event.seconds,
    }
    _update(connection, task, event.turn, row)
    connection.execute(
        """INSERT INTO calibrations (endpoint, model, turns, forecast_tokens, input_tokens, updated_at)
           SELECT endpoint, model, 1, forecast_read_tokens + forecast_write_tokens + forecast_fresh_tokens, ?, ?
           FROM turns WHERE task = ? AND turn = ?
           ON CONFLICT DO UPDATE SET turns = turns + 1, forecast_tokens = forecast_tokens + excluded.forecast_tokens,
           input_tokens = input_tokens + excluded.input_tokens, updated_at = excluded.updated_at""",
        (usage.prompt_tokens, event.at, task, event.turn),
    )
    priced = event.cost_nanodollars is not None
    connection.execute(
        """UPDATE tasks SET turns = turns + 1,
           cost_nanodollars = cost_nanodollars + iif(money = :money, :cost, 0),
           unpriced_turns = unpriced_turns + iif(money = :money, :unpriced, 1) WHERE key = :task""",
        {"money": event.money.value, "cost": event.cost_nanodollars or 0, "unpriced": int(not priced), "task": task},
    )


def miss_cache(connection: sqlite3.Connection, task: int, event: CacheMissed) -> None:
    """Why a turn read less than foretold."""
    row: dict[str, Value] = {
        "miss_cause": event.cause.value,
        "miss_detail": plain(event.detail),
        "miss_position": event.position,
        "miss_tokens": event.tokens,
        "miss_cost_nanodollars": event.cost_nanodollars,
    }
    _update(connection, task, event.turn, row)


def end_attempt(connection: sqlite3.Connection, task: int, seq: int, event: AttemptEnded) -> None:
    """An HTTP try without a response."""
    row: dict[str, Value] = {
        "task": task,
        "event_seq": seq,
        "turn": event.turn,
        "attempt": event.attempt,
        "status": event.status,
        "error": plain(event.error),
        "wait_seconds": event.wait_seconds,
        "at": event.at,
    }
    insert(connection, "attempts", row)


def _update(connection: sqlite3.Connection, task: int, turn: int, row: Mapping[str, Value]) -> None:
    columns = ", ".join(f"{name} = ?" for name in row)
    connection.execute(f"UPDATE turns SET {columns} WHERE task = ? AND turn = ?", (*row.values(), task, turn))
