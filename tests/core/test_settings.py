"""Settings out of plain values, every fault found at once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cowork_tui.core.cap import Cap
from cowork_tui.core.errors import BadInput
from cowork_tui.core.events import Mode, ModelChoice, Route
from cowork_tui.core.json_values import JsonValue
from cowork_tui.core.plan import Ttl
from cowork_tui.core.settings import (
    FOLDER_KEYS,
    SETTING_KEYS,
    Problem,
    Settings,
    apply_settings,
    merge_routes,
    parse_choice,
    parse_route,
    parse_url,
)
from cowork_tui.core.steps import StepKind

VALUES: dict[str, JsonValue] = {
    "model": "opus", "effort": "low", "mode": "read-only", "cap": "200k", "budget": 50_000,
    "routes": {"extract": "haiku:low"}, "base_url": "http://localhost:8080", "max_tokens": 4096, "thinking": False,
    "cache_ttl": "1h", "max_attempts": 2, "silence_seconds": 30, "tool_seconds": 60,
}  # fmt: skip


def test_every_setting_can_be_set() -> None:
    assert set(VALUES) <= set(SETTING_KEYS)
    settings, problems = apply_settings(Settings(), VALUES)
    assert problems == ()
    assert settings.choice == ModelChoice("opus", "low")
    assert settings.routes == (Route(StepKind.EXTRACT, ModelChoice("haiku", "low")),)
    assert (settings.mode, settings.cap, settings.budget_tokens) == (Mode.READ_ONLY, Cap(tokens=200_000), 50_000)
    assert (settings.base_url, settings.max_attempts) == ("http://localhost:8080", 2)
    assert (settings.plan.max_tokens, settings.plan.thinking, settings.plan.ttl) == (4096, False, Ttl.ONE_HOUR)


def test_a_folder_may_set_only_what_neither_sends_data_elsewhere_nor_loosens_asking() -> None:
    settings, problems = apply_settings(Settings(), VALUES, FOLDER_KEYS)
    assert {problem.key for problem in problems} == set(VALUES) - FOLDER_KEYS
    assert (settings.mode, settings.base_url) == (Mode.ASK, None)
    assert "base_url" not in FOLDER_KEYS
    assert "mode" not in FOLDER_KEYS


BAD: list[tuple[str, JsonValue, str]] = [
    ("model", 5, "It must be text in quotes, not 5."),
    ("effort", "huge", "There is no effort 'huge': use one of low, medium, high, xhigh, max."),
    ("mode", "wild", "There is no mode 'wild': use one of read-only, ask, auto-edit."),
    ("cap", "-1", "The cap '-1' is neither dollars nor tokens: write 2.00 for dollars or 200k for tokens."),
    ("cap", True, "It must be text in quotes, not True."),
    ("budget", 10, "It must be a whole number of at least 1,000, not 10."),
    ("budget", True, "It must be a whole number of at least 1,000, not True."),
    ("thinking", "yes", "It must be true or false, not 'yes'."),
    ("cache_ttl", "2h", "It must be '5m' or '1h', not '2h'."),
    ("base_url", "http://[", "It must be an address such as https://gateway.example, not 'http://['."),
    ("routes", "haiku", 'It must be a table such as [routes] with lines like extract = "haiku".'),
    ("modle", "x", "There is no such setting; did you mean mode or model?"),
    ("zzz", "x", "There is no such setting; known are " + ", ".join(SETTING_KEYS) + "."),
]


def test_every_fault_is_a_sentence_and_leaves_its_setting_alone() -> None:
    for key, value, sentence in BAD:
        assert apply_settings(Settings(), {key: value}) == (Settings(), (Problem(key, sentence),)), key


def test_all_faults_are_found_at_once_and_the_good_values_kept() -> None:
    settings, problems = apply_settings(
        Settings(), {"mode": "wild", "model": "opus", "routes": {"extract": 1, "write": "haiku", "sing": "opus"}}
    )
    assert [problem.key for problem in problems] == ["mode", "routes.extract", "routes.sing"]
    assert settings.choice.model == "opus"
    assert settings.routes == (Route(StepKind.WRITE, ModelChoice("haiku")),)


@pytest.mark.parametrize("text", ["", ":low", " "])
def test_a_choice_names_a_model(text: str) -> None:
    with pytest.raises(BadInput, match=r"^No model in "):
        parse_choice(text)


def test_routes() -> None:
    assert parse_route(" review = opus:high ") == Route(StepKind.REVIEW, ModelChoice("opus", "high"))
    first, second = parse_route("plan=opus"), parse_route("plan=haiku")
    assert merge_routes((first,), (second, parse_route("act=opus"))) == (second, parse_route("act=opus"))


@pytest.mark.parametrize(
    "text", ["http://[", "http://host:x", "http://host:99999", "localhost:80", "ftp://x", "http://"]
)
def test_an_address_is_one(text: str) -> None:
    with pytest.raises(BadInput):
        parse_url(text)


def test_a_small_cap_written_as_a_number_is_dollars() -> None:
    assert apply_settings(Settings(), {"cap": 0.00001})[0].cap == Cap(nanodollars=10_000)


@given(st.dictionaries(
    st.sampled_from((*SETTING_KEYS, "other", "")),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=5,
    ),
))  # fmt: skip
def test_no_value_is_too_odd_to_be_told(values: dict[str, JsonValue]) -> None:
    _, problems = apply_settings(Settings(), values)
    for problem in problems:
        assert problem.message[0].isupper()
        assert problem.message.endswith((".", "?"))
