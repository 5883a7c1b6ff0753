"""The kinds of options that a command line has: each reads its field, and writes it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import RunOptions

__all__ = [
    "RankOption",
    "RepeatedOption",
    "SwitchOption",
    "TextOption",
    "choice",
    "number",
    "spell",
    "unless_zero",
]

N = TypeVar("N", int, float)


def _always(_options: RunOptions) -> bool:
    return True


def spell(flag: str, text: str) -> Iterator[str]:
    """Write an option and its text as two words; as one where the text looks like an option."""
    if text.startswith("-"):
        yield f"{flag}={text}"
    else:
        yield from (flag, text)


def choice(what: str, known: tuple[str, ...]) -> Callable[[str], str]:
    """Make a parser of one of several names; ``what`` says in messages what a name is."""

    def parse(text: str) -> str:
        if text not in known:
            raise UnknownNameError(what, text, known)
        return text

    return parse


def number(
    kind: Callable[[str], N], flag: str, is_valid: Callable[[N], bool], expected: str, hint: str = ""
) -> Callable[[str], N]:
    """Make a parser of a number within a range."""

    def parse(text: str) -> N:
        number = kind(text)
        if not is_valid(number):
            raise InputError(f"{flag} is {number:g}; expected {expected}.", hint=hint)
        return number

    parse.__name__ = getattr(kind, "__name__", "number")  # what argparse calls it where the text is none
    return parse


def unless_zero(value: int | None) -> str | None:
    """Write a number; ``None`` for zero and for none."""
    return str(value) if value else None


@dataclass(frozen=True, slots=True)
class TextOption:
    """An option with a text: ``--seed 3``.

    Parameters
    ----------
    field
        Path of the field in :class:`RunOptions`: ``"reading.group_column"``.
    flag
        Its name on the command line.
    help
        What ``--help`` says of it.
    aliases
        Other names of it.
    metavar
        What ``--help`` calls its text; the flag in capitals where it is left out.
    parse
        Text -> value; raises ``ValueError`` or ``InputError``.
    write
        Value -> text; ``None`` where the option is left out.
    for_features
        Whether it means anything for ready-made features.
    is_written
        Whether the options of a run are such that it is written at all.
    """

    field: str
    flag: str
    _: KW_ONLY
    help: str
    aliases: tuple[str, ...] = ()
    metavar: str | None = None
    parse: Callable[[str], Any] = str
    write: Callable[[Any], str | None] = lambda value: None if value is None else str(value)
    for_features: bool = True
    is_written: Callable[[RunOptions], bool] = _always

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Add the option to a parser."""
        parser.add_argument(
            *(self.flag, *self.aliases),
            dest=self.field,
            default=argparse.SUPPRESS,
            type=self.parse,
            metavar=self.metavar or _metavar(self.flag),
            help=self.help,
        )

    def words(self, options: RunOptions) -> Iterator[str]:
        """Write the option as the words of a command."""
        text = self.write(attrgetter(self.field)(options)) if self.is_written(options) else None
        if text is not None:
            yield from spell(self.flag, text)


@dataclass(frozen=True, slots=True)
class RepeatedOption:
    """An option that is given once for each of its texts: ``--text-column first --text-column second``.

    Parameters
    ----------
    field, flag, help, for_features
        As of :class:`TextOption`; the field is a tuple of texts.
    """

    field: str
    flag: str
    _: KW_ONLY
    help: str
    for_features: bool = True

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Add the option to a parser."""
        parser.add_argument(
            self.flag,
            dest=self.field,
            default=argparse.SUPPRESS,
            action=_Collect,
            metavar=_metavar(self.flag),
            help=self.help,
        )

    def words(self, options: RunOptions) -> Iterator[str]:
        """Write the option as the words of a command."""
        for text in attrgetter(self.field)(options):
            yield from spell(self.flag, text)


@dataclass(frozen=True, slots=True)
class SwitchOption:
    """An option without a text: ``--no-probe``.

    Parameters
    ----------
    field, help, for_features
        As of :class:`TextOption`.
    flags
        The flag that gives the field a value, by that value; any other value has no flag and is the default.
    """

    field: str
    flags: Mapping[bool, str]
    _: KW_ONLY
    help: str
    for_features: bool = True

    @property
    def flag(self) -> str:
        """The first of its flags, for messages."""
        return next(iter(self.flags.values()))

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Add the option to a parser."""
        for value, flag in self.flags.items():
            parser.add_argument(
                flag,
                dest=self.field,
                default=argparse.SUPPRESS,
                action="store_const",
                const=value,
                help=self.help if flag == self.flag else f"the opposite of {self.flag}",
            )

    def words(self, options: RunOptions) -> Iterator[str]:
        """Write the option as the words of a command."""
        flag = self.flags.get(attrgetter(self.field)(options))
        if flag is not None:
            yield flag


RankOption: TypeAlias = TextOption | RepeatedOption | SwitchOption


class _Collect(argparse.Action):
    """Collects the texts of an option into a tuple."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - the interface of argparse
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        setattr(namespace, self.dest, (*getattr(namespace, self.dest, ()), values))


def _metavar(flag: str) -> str:
    return flag.lstrip("-").replace("-", "_").upper()
