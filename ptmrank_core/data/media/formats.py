"""File formats of one kind of sample, and the reasons why other files are left out."""

from __future__ import annotations

from dataclasses import dataclass

from ptmrank_core.data.sources.entries import suffix_of
from ptmrank_core.errors import SamplesError

__all__ = ["Formats", "UnidentifiedError"]


class UnidentifiedError(SamplesError):
    """Bytes in none of the supported formats, which the message lists."""


@dataclass(frozen=True, slots=True)
class Formats:
    """Formats of one kind, by their suffixes.

    Parameters
    ----------
    one
        Word for one such file, with its article: ``"an image"``.
    kind
        Word for the kind in ``"a picture format"``: ``"picture"``.
    read
        Suffixes of the supported formats, separated by blanks.
    others
        Suffixes of other formats of the kind.
    better
        Formats to convert those to.
    """

    one: str
    kind: str
    read: str
    others: str
    better: str

    @property
    def suffixes(self) -> frozenset[str]:
        """Suffixes of the supported formats, in lower case."""
        return frozenset(self.read.split())

    @property
    def all_suffixes(self) -> frozenset[str]:
        """Suffixes of all formats of the kind."""
        return frozenset([*self.read.split(), *self.others.split()])

    def explain(self, name: str, error: UnidentifiedError) -> SamplesError:
        """Explain why a file was not identified, by its suffix.

        Parameters
        ----------
        name
            Name of the file.
        error
            The error that its bytes gave.

        Returns
        -------
        SamplesError
            Its message is the reason.
        """
        suffix = suffix_of(name)
        if suffix in self.suffixes:
            return error
        if suffix in self.others.split():
            problem = f"a {self.kind} format that is not supported ({suffix})"
            return SamplesError(f"{problem}; save it as {self.better}")
        return SamplesError(f"not {self.one} ({suffix or 'no suffix'})")
