"""File formats of one kind of sample, and what is said of files in none of them."""

from __future__ import annotations

from dataclasses import dataclass

from ptmrank_core.data.sources.entries import suffix_of
from ptmrank_core.errors import SamplesError

__all__ = ["Formats", "UnidentifiedError"]


class UnidentifiedError(SamplesError):
    """Bytes in none of the formats that are read here; the message says which those are."""


@dataclass(frozen=True, slots=True)
class Formats:
    """Formats of one kind, by their suffixes.

    Parameters
    ----------
    one
        What one file of the kind is called, with its article: ``"an image"``.
    kind
        What such a format is called: ``"picture"``.
    read
        Suffixes, separated by blanks, of what is read.
    others
        Suffixes of what is of the kind but not read.
    better
        Formats to save those in.
    """

    one: str
    kind: str
    read: str
    others: str
    better: str

    @property
    def suffixes(self) -> frozenset[str]:
        """Suffixes of what is read, in lower case."""
        return frozenset(self.read.split())

    def explain(self, name: str, error: UnidentifiedError) -> SamplesError:
        """Say why a file was not identified, as its suffix leads to expect.

        Parameters
        ----------
        name
            Name of the file.
        error
            What the bytes told.

        Returns
        -------
        SamplesError
            Its message is the reason.
        """
        suffix = suffix_of(name)
        if suffix in self.suffixes:
            return error
        if suffix in self.others.split():
            told = f"a {self.kind} format that is not read here ({suffix})"
            return SamplesError(f"{told}; save it as {self.better}")
        return SamplesError(f"not {self.one} ({suffix or 'no suffix'})")
