"""`carbon completion SHELL`: a script with which a shell asks `carbon complete` for the words that may follow."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from carbon_client.cli import exit_codes

if TYPE_CHECKING:
    from carbon_client.cli.surroundings import Surroundings

HELP = "print a script that completes words in a shell"
NAME = "complete"  # what the scripts call; not listed in the help
SCRIPTS = {
    "bash": """\
# Completes words of carbon: eval "$(carbon completion bash)"
_carbon() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(carbon complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _carbon carbon
""",
    "zsh": """\
# Completes words of carbon: eval "$(carbon completion zsh)"
_carbon() {
    local -a candidates
    candidates=("${(@f)$(carbon complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n ${candidates[1]} ]]; then compadd -a candidates; else _default; fi
}
compdef _carbon carbon
""",
    "fish": """\
# Completes words of carbon: carbon completion fish | source
complete -c carbon -a '(carbon complete (commandline -opc)[2..] "$(commandline -ct)" 2>/dev/null)'
""",
}


def add(commands: Any) -> None:
    parser = commands.add_parser("completion", help=HELP, description=HELP)
    parser.add_argument("shell", choices=SCRIPTS)


def write(arguments: argparse.Namespace, around: Surroundings) -> int:
    around.stdout.write(SCRIPTS[arguments.shell])
    return exit_codes.DONE


def candidates(parser: argparse.ArgumentParser, words: Sequence[str]) -> list[str]:
    """What the last of the words may become, in order; nothing where a value is free, or behind --.

    words: those behind `carbon`, the last one unfinished or empty.
    """
    *before, begun = words or [""]
    if "--" in before:
        return []
    commands = _commands(parser)
    name = next((word for word in before if word in commands), None)
    current = commands[name] if name else parser
    option = _option(current, before[-1]) if before else None
    possible: Iterable[str]
    if option is not None and option.nargs != 0:
        possible = map(str, option.choices or ())
    elif name is None and not begun.startswith("-"):
        possible = commands
    elif begun.startswith("-"):
        possible = _options(current)
    else:
        possible = (str(one) for action in current._get_positional_actions() for one in action.choices or ())
    return sorted(word for word in possible if word.startswith(begun))


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (group,) = (one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    return dict(group.choices)


def _options(parser: argparse.ArgumentParser) -> list[str]:
    return [word for action in parser._actions for word in action.option_strings if word.startswith("--")]


def _option(parser: argparse.ArgumentParser, word: str) -> argparse.Action | None:
    return next((action for action in parser._actions if word in action.option_strings), None)
