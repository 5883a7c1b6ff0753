"""A small part of some bytes that tells what encoding they are in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["CUT_FROM", "Evidence", "gather"]

# No byte below 0x30 is part of a longer character in any encoding that is read here, nor is one from 0x3A to
# 0x3F: texts can be cut there before it is known what they are in.
UNIT = re.compile(rb"[0-9@-\x7f]{0,48}[\x80-\xff][0-9@-\xff]{0,400}")
REST = re.compile(rb"[0-9@-\xff]*")
WORD = re.compile(rb"(?<![^\x00-\x2f\x3a-\x3f])[A-Za-z]{2,24}(?![^\x00-\x2f\x3a-\x3f])")
CUT_FROM = 401
"""Pieces of this length may be cut in the middle of a character."""
MAX_UNITS = 600
MAX_BYTES = 30_000
MAX_WORDS = 300


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an encoding is recognised by.

    Parameters
    ----------
    units
        Different pieces without blanks and with a byte outside ASCII; the last character of one may be cut.
    words
        Different words of ASCII letters.
    """

    units: tuple[bytes, ...]
    words: tuple[str, ...]


def gather(texts: Iterable[bytes]) -> Evidence:
    """Gather what some texts in one encoding tell about it.

    Parameters
    ----------
    texts
        Whole files; the first 600 pieces, or 30,000 bytes of them, are taken. Pieces that recur count once.
    """
    units: dict[bytes, None] = {}
    words: dict[bytes, None] = {}
    n_bytes = 0
    for text in texts:
        for match in WORD.finditer(text):
            words[match.group().lower()] = None
            if len(words) >= MAX_WORDS:
                break
        place = 0
        while len(units) < MAX_UNITS and n_bytes < MAX_BYTES and (found := UNIT.search(text, place)):
            if found.group() not in units:
                units[found.group()] = None
                n_bytes += len(found.group())
            rest = REST.match(text, found.end())
            place = rest.end() if rest else found.end()
    return Evidence(tuple(units), tuple(word.decode("ascii") for word in words))
