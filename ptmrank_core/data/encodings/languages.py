"""How likely a word is in a language: the negative logarithm of its probability, in nats."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["EAST_ASIAN", "Language", "Marks", "cost_of_character", "language", "marks", "script_of"]

LETTERS_FILE = Path(__file__).with_name("letters.json")
UNKNOWN_LETTER = 18.0
RARE_LETTER = 7.0
"""A letter that the alphabet of a language does not have, as in a foreign name, costs so much more."""
LOAN_LETTER = 7.0
"""Accents of words that a language has from others, which stay as they are there."""
EAST_ASIAN = ("zh-hans", "zh-hant", "ja", "ko")
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "HEBREW", "ARABIC", "THAI", "CJK", "HIRAGANA", "KATAKANA", "HANGUL")
# The character standards list their frequent characters first: level 1, by the bytes that these begin with.
LEVELS = {
    "zh-hans": ("gb2312", 0xB0, 0xD7),
    "zh-hant": ("big5", 0xA4, 0xC6),
    "ja": ("euc_jp", 0xB0, 0xCF),
}
COMMON, FREQUENT, LISTED, FOREIGN = 5.5, 8.5, 12.0, 16.0
KANA = {"HIRAGANA": 4.0, "KATAKANA": 4.8}


@cache
def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = json.loads(LETTERS_FILE.read_text(encoding="utf-8"))
    return tables


def _nats(digit: str) -> float:
    """Read a cost as the file spells it."""
    return int(digit, 36) / 2


@cache
def script_of(character: str) -> str:
    """Return the script of a letter, as its Unicode name begins; empty for another script or no letter."""
    if "a" <= character <= "z" or "A" <= character <= "Z":
        return "LATIN"
    if character == "々":
        return "CJK"
    if unicodedata.category(character)[0] not in "LM" or character in "ªºµ":
        return ""
    name = unicodedata.name(character, "").removeprefix("HALFWIDTH ").removeprefix("FULLWIDTH ")
    return next((script for script in SCRIPTS if name.startswith((f"{script} ", f"{script}-"))), "OTHER")


@dataclass(frozen=True, slots=True)
class Language:
    """The pairs of letters of a language with an alphabet.

    Parameters
    ----------
    script
        Its script.
    places
        Place of each letter in the alphabet; a blank stands for the ends of a word.
    pairs
        Cost of a letter after another one, by their places.
    others
        Cost of a letter of this script outside the alphabet.
    loans
        Cost of letters of loanwords.
    """

    script: str
    places: Mapping[str, int]
    pairs: tuple[tuple[float, ...], ...]
    others: Mapping[str, float]
    loans: Mapping[str, float]

    def cost(self, word: str) -> float:
        """Return the cost of a word in lower case, all of whose letters are of this script."""
        total, before = 0.0, 0
        for letter in f"{word} ":
            place = self.places.get(letter)
            if letter in self.loans:
                total += self.loans[letter]
                before = 0
            elif place is None:
                total += self.others.get(letter, UNKNOWN_LETTER) + RARE_LETTER
                before = -1
            else:
                total += self.pairs[before][place] if before >= 0 else RARE_LETTER / 2
                before = place
        return total


@cache
def language(name: str) -> Language:
    """Return a language with an alphabet, by its two letters."""
    table = _tables()["languages"][name]
    others = _tables()["scripts"][table["script"]]
    return Language(
        table["script"],
        {letter: place for place, letter in enumerate(table["letters"])},
        tuple(tuple(map(_nats, row)) for row in table["pairs"]),
        dict(zip(others["letters"], map(_nats, others["costs"]), strict=True)),
        dict.fromkeys(_tables()["loans"].get(name, ""), LOAN_LETTER),
    )


@dataclass(frozen=True, slots=True)
class Marks:
    """Characters that are no letters.

    Parameters
    ----------
    costs
        Cost of those that are frequent in texts with an alphabet.
    wide
        Those of East Asian texts.
    inside_words
        Those that may stand between two letters.
    """

    costs: Mapping[str, float]
    wide: frozenset[str]
    inside_words: frozenset[str]


@cache
def marks() -> Marks:
    """Return what is known of characters that are no letters."""
    tables = _tables()
    costs = {mark: cost for alike, cost in tables["marks"] for mark in alike}
    return Marks(costs, frozenset(tables["wide_marks"]), frozenset(tables["inside_words"]))


@cache
def _syllables() -> dict[str, float]:
    table = _tables()["syllables"]
    return dict(zip(table["letters"], map(_nats, table["costs"]), strict=True))


@cache
def cost_of_character(character: str, name: str) -> float:
    """Return the cost of a character of Chinese, Japanese or Korean.

    Parameters
    ----------
    character
        A character of one of these scripts.
    name
        One of ``EAST_ASIAN``.
    """
    script = script_of(character)
    if unicodedata.name(character, "").startswith("HALFWIDTH"):
        return FREQUENT if name == "ja" else FOREIGN
    if script == "HANGUL":
        return _syllables().get(character, LISTED) if name == "ko" else FOREIGN
    if script in KANA:
        return KANA[script] if name == "ja" else LISTED
    if name == "ko":
        return LISTED if _level(character, "euc_kr") else FOREIGN
    if character in _tables()["common"][name]:
        return COMMON
    codec, first, last = LEVELS[name]
    lead = _level(character, codec)
    return FREQUENT if first <= lead <= last else LISTED if lead else FOREIGN


def _level(character: str, codec: str) -> int:
    """Return the byte that a character begins with in a standard; zero where it is not in it."""
    try:
        return character.encode(codec)[0]
    except UnicodeEncodeError:
        return 0
