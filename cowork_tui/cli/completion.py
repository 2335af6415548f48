"""`cowork-tui completion`, and what the shell is offered. Nothing heavy is imported: each press of tab starts anew."""

from __future__ import annotations

import os
from collections.abc import Iterable

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    ShellComplete,
    add_completion_class,
    get_completion_class,
    split_arg_string,
)

PROGRAM = "cowork-tui"
VARIABLE = "_COWORK_TUI_COMPLETE"
LINE_VARIABLE = "COWORK_TUI_TYPED"
SHELLS = ("bash", "zsh", "fish")
BASH_WORD_BREAKS = "=:"
"""Where bash cuts words besides blanks; it replaces only the last piece."""
MAX_TASKS = 50
ID_CHARS, TITLE_CHARS = 8, 60

_BASH_SCRIPT = """\
%(complete_func)s() {
    local IFS=$'\\n' completion type value
    for completion in $(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" \\
        COWORK_TUI_TYPED="${COMP_LINE:0:$COMP_POINT}" %(complete_var)s=bash_complete "$1"); do
        IFS=',' read -r type value <<< "$completion"
        case $type in
            dir) COMPREPLY=(); compopt -o dirnames 2>/dev/null ;;
            file) COMPREPLY=(); compopt -o default 2>/dev/null ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done
}
complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null || complete -F %(complete_func)s %(prog_name)s
"""


class WholeWordBash(BashComplete):
    """Completes `extract=haiku:low` as the one word it is."""

    source_template = _BASH_SCRIPT

    def source(self) -> str:
        """The script, without asking which bash there is: it runs in old ones too."""
        return ShellComplete.source(self)

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the cursor's, and the beginning of that one."""
        line = os.environ.get(LINE_VARIABLE)
        if line is None:
            return super().get_completion_args()
        words = split_arg_string(line)
        incomplete = "" if not words or line[-1:].isspace() else words.pop()
        return words[1:], incomplete

    def format_completion(self, item: CompletionItem) -> str:
        """Without the pieces that bash keeps as they are."""
        typed = self.get_completion_args()[1] if LINE_VARIABLE in os.environ else ""
        kept = max(typed.rfind(character) for character in BASH_WORD_BREAKS) + 1
        value = str(item.value)
        return f"{item.type},{value[kept:] if value.startswith(typed[:kept]) else value}"


def prepare() -> None:
    """Before the shell is answered."""
    add_completion_class(WholeWordBash)


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script for bash, zsh or fish.

    \b
    bash: echo 'eval "$(cowork-tui completion bash)"' >> ~/.bashrc
    zsh:  echo 'eval "$(cowork-tui completion zsh)"' >> ~/.zshrc
    fish: cowork-tui completion fish > ~/.config/fish/completions/cowork-tui.fish
    """
    prepare()
    script = get_completion_class(shell)
    assert script is not None  # click knows all of SHELLS
    click.echo(script(ctx.find_root().command, {}, PROGRAM, VARIABLE).source())


def complete_task(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of stored tasks with their titles, newest first; for `stop` only those that run."""
    del param
    from cowork_tui.adapters.config_files import find_home
    from cowork_tui.adapters.store.task_list import read_tasks
    from cowork_tui.core.errors import CoworkError
    from cowork_tui.core.plain_text import one_line

    try:
        rows = read_tasks(find_home().history_file, MAX_TASKS)
    except CoworkError:
        return []
    if ctx.info_name == "stop":
        rows = tuple(row for row in rows if row.status in ("running", "waiting"))
    chars = max(ID_CHARS, len(incomplete))
    found = [CompletionItem(row.id[:chars], help=one_line(row.title, TITLE_CHARS)) for row in rows]
    last = [CompletionItem("last", help=one_line(rows[0].title, TITLE_CHARS))] if rows else []
    return [item for item in (*last, *found) if item.value.startswith(incomplete)]


def complete_model(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Lines and exact ids of models."""
    del ctx, param
    return _models("", incomplete)


def complete_route(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """`extract=haiku:low` piece by piece: every kind with every line, then ids, then efforts."""
    del ctx, param
    from cowork_tui.core.steps import StepKind

    kind, separator, _ = incomplete.partition("=")
    if separator:
        return _choices(f"{kind}=", incomplete)
    return _matching((f"{kind}={line}" for kind in StepKind for line in _lines()), incomplete)


def complete_mode(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """read-only, ask, auto-edit."""
    del ctx, param
    from cowork_tui.core.task_values import Mode

    return _matching(Mode, incomplete)


def complete_effort(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """low to max."""
    del ctx, param
    return _matching(_efforts(), incomplete)


def complete_setting(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The keys of the config file."""
    del ctx, param
    from cowork_tui.core.settings import ROUTES, SETTING_KEYS
    from cowork_tui.core.steps import StepKind

    routes = (f"{ROUTES}.{kind}" for kind in StepKind)
    return _matching((*(key for key in SETTING_KEYS if key != ROUTES), *routes), incomplete)


def complete_setting_value(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What the key before it can be, where that is a choice."""
    name = str(ctx.params.get("name") or "")
    if name.startswith("routes."):
        return _choices("", incomplete)
    if name == "model":
        return _models("", incomplete)
    if name in ("mode", "effort"):
        return (complete_mode if name == "mode" else complete_effort)(ctx, param, incomplete)
    return _matching({"thinking": ("true", "false"), "cache_ttl": ("5m", "1h")}.get(name, ()), incomplete)


def _choices(before: str, incomplete: str) -> list[CompletionItem]:
    """Models behind `before`, and with a colon their efforts."""
    choice, colon, _ = incomplete.removeprefix(before).partition(":")
    if colon:
        return _matching((f"{before}{choice}:{effort}" for effort in _efforts()), incomplete)
    return _models(before, incomplete)


def _models(before: str, incomplete: str) -> list[CompletionItem]:
    from cowork_tui.core.models import CARDS

    items = [CompletionItem(before + line, help="the newest of its line") for line in _lines()]
    items += [CompletionItem(before + card.id, help=card.name) for card in CARDS if card.lifecycle != "retired"]
    return [item for item in items if item.value.startswith(incomplete)]


def _lines() -> list[str]:
    from cowork_tui.core.models import CARDS

    return list(dict.fromkeys(card.line for card in CARDS))


def _efforts() -> tuple[str, ...]:
    from cowork_tui.core.models import TO_XHIGH

    return TO_XHIGH


def _matching(values: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(str(value)) for value in values if str(value).startswith(incomplete)]
