"""The guide to the command line, made from its parsers: ``python -m ptmrank_core.cli.guide``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from ptmrank_core.cli import _parser
from ptmrank_core.cli.output import print_text

__all__ = ["command_guide"]

# argparse has no public way to list what a parser takes: its private names stand here and nowhere else.
_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - see above

INTRODUCTION = """\
# Commands and options

Made from the parsers of the command line: `python -m ptmrank_core.cli.guide > ptmrank_core/cli/README.md`.
The same is printed by `ptmrank COMMAND --help`. Examples are in the [README](../../README.md).

With `--json` nothing but the JSON goes to standard output; progress and messages go to standard error.
The exit status is 0 when something came out, 2 on bad input and 1 otherwise; `replay` also exits with 1 where
a score differs from the card's."""


def command_guide() -> str:
    """Write the guide: a section for each command, with a table of its arguments and options.

    Returns
    -------
    str
        Markdown, without a newline at its end.
    """
    return "\n\n".join([INTRODUCTION, *_describe_commands(_parser(), "", level=2)])


def _describe_commands(parser: argparse.ArgumentParser, parent: str, *, level: int) -> Iterator[str]:
    """Yield the sections of a parser's commands, each followed by those of its own commands."""
    for commands in _commands_of(parser):
        helps = {entry.dest: entry.help for entry in commands._choices_actions}  # noqa: SLF001 - see above
        for name, command in commands.choices.items():
            yield f"{'#' * level} {parent}{name}"
            about = helps.get(name) or ""
            yield f"{about[:1].upper()}{about[1:]}."
            rows = [_describe(action, command) for action in _options_of(command)]
            if rows:
                yield "\n".join(["| option | meaning |", "|---|---|", *rows])
            yield from _describe_commands(command, f"{parent}{name} ", level=level + 1)


def _actions_of(parser: argparse.ArgumentParser) -> Sequence[argparse.Action]:
    return parser._actions  # noqa: SLF001 - see above


def _commands_of(parser: argparse.ArgumentParser) -> list[_Commands]:
    """List the groups of commands that a parser has: one or none."""
    return [
        action
        for action in _actions_of(parser)
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001 - see above
    ]


def _options_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """List the arguments and options that a parser itself takes, in the order of its help."""
    commands = _commands_of(parser)
    return [action for action in _actions_of(parser) if action.dest != "help" and action not in commands]


def _describe(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    """Write the row of one argument or option."""
    names = ", ".join(f"`{_spelled(name, action)}`" for name in action.option_strings or [""])
    meaning = [(action.help or "") % {**vars(action), "prog": parser.prog}]
    if action.choices:
        meaning.append(f"one of {', '.join(map(str, action.choices))}")
    if action.option_strings and action.required:
        meaning.append("required")
    meaning.append(_default(action))
    text = "; ".join(part for part in meaning if part).replace("|", "\\|")
    return f"| {names} | {text} |"


def _default(action: argparse.Action) -> str:
    """Name what an option is where it is not given; nothing where that is not a text or a number."""
    value = action.default
    if not isinstance(value, str | int | float) or isinstance(value, bool) or value == argparse.SUPPRESS:
        return ""
    return f"default `{value:g}`" if isinstance(value, float) else f"default `{value}`"


def _spelled(name: str, action: argparse.Action) -> str:
    """Spell an option with its value, or an argument by itself."""
    value = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
    return f"{name} {value}".strip()


if __name__ == "__main__":
    print_text(command_guide())
