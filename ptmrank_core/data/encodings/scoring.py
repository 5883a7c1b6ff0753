"""How likely a text is in the languages of an encoding: by scripts, case, symbols and pairs of letters."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from ptmrank_core.data.encodings.languages import EAST_ASIAN, cost_of_character, language, marks, script_of

__all__ = ["cost_of_text", "costs_of_ascii"]

FOREIGN_WORD = 5.0
"""A word of another language than the rest costs so much more."""
FOREIGN_SCRIPT = 11.0
SCRIPT_CHANGE = 12.0
ASCII_LETTER = 3.2
"""What Latin letters cost in a language of another script: a little more than in their own."""
LATIN_BESIDE = 6.0
"""Latin letters beside characters of an East Asian language, which has no blanks."""
CASE_JUMP = 6.0
MANY_WORDS = 10
CAPITALISED, CAPITALS = 0.7, 2.0
WIDE_MARK = 3.5
OTHER_WIDE_MARK = 6.0
INSIDE_WORD = 6.0
LONE_CHARACTER = 2.0
ASCII_MARK = 1.5
SYMBOL = 13.0
NO_CHARACTER = 30.0
DIGIT_BESIDE_LETTER = 2.0
KANA_SCRIPTS = frozenset({"CJK", "HIRAGANA", "KATAKANA"})


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Yield each run of characters of one script, and each other character alone with the script ``""``."""
    for script, letters in itertools.groupby(text, script_of):
        run = "".join(letters)
        if script:
            yield script, run
        else:
            yield from (("", character) for character in run)


def _cost_of_case(word: str) -> float:
    """Return the cost of capitals; each one after a small letter, or before one inside a word, is odd."""
    if word.islower() or word == word.lower():
        return 0.0
    if len(word) > 1 and word.isupper():
        return CAPITALS
    if word[1:] == word[1:].lower():
        return CAPITALISED
    return (
        CAPITALS
        + CASE_JUMP * sum(after.isupper() and before.islower() for before, after in itertools.pairwise(word))
        + CASE_JUMP * (word[:2].isupper() and any(map(str.islower, word)))
    )


def _cost_of_mark(character: str, *, is_inside: bool, is_east_asian: bool) -> float:
    """Return the cost of a character that is no letter."""
    if character.isascii():
        return 0.0 if character.isdigit() else ASCII_MARK
    if unicodedata.category(character) in {"Cc", "Cn", "Co", "Cs"}:
        return NO_CHARACTER
    known = marks()
    if is_east_asian and (character in known.wide or "\uff01" <= character <= "\uff5e"):
        return WIDE_MARK if character in known.wide else OTHER_WIDE_MARK
    inside = INSIDE_WORD if is_inside and character not in known.inside_words else 0.0
    return known.costs.get(character, SYMBOL) + inside


def _cost_of_word(script: str, word: str, name: str) -> float:
    """Return the cost of letters of one script in a language."""
    if name in EAST_ASIAN:
        if script in {*KANA_SCRIPTS, "HANGUL"}:
            return sum(cost_of_character(character, name) for character in word)
        return FOREIGN_SCRIPT * len(word) if not word.isascii() else ASCII_LETTER * len(word)
    known = language(name)
    if script != known.script:
        return (ASCII_LETTER if word.isascii() else FOREIGN_SCRIPT) * len(word)
    return known.cost(word.lower()) + _cost_of_case(word)


def _cost_of_change(before: tuple[str, str], after: tuple[str, str], *, is_east_asian: bool) -> float:
    """Return the cost of letters of one script beside those of another."""
    scripts = {before[0], after[0]}
    if "" in scripts or scripts <= KANA_SCRIPTS:
        return 0.0
    is_latin = (before[0] == "LATIN" and before[1].isascii()) or (after[0] == "LATIN" and after[1].isascii())
    return LATIN_BESIDE if is_east_asian and is_latin else SCRIPT_CHANGE


def _cost_of_unit(unit: str, names: Sequence[str]) -> list[float]:
    """Return the cost of a piece of text without blanks, in each of some languages."""
    runs = list(_runs(unit))
    shared = 0.0
    costs = [0.0] * len(names)
    is_east_asian = names[0] in EAST_ASIAN
    for i, (script, run) in enumerate(runs):
        before = runs[i - 1] if i else ("", "")
        after = runs[i + 1][0] if i + 1 < len(runs) else ""
        if script:
            shared += _cost_of_change(before, (script, run), is_east_asian=is_east_asian)
            n_digits = before[1].isdigit() + (i + 1 < len(runs) and runs[i + 1][1].isdigit())
            shared += DIGIT_BESIDE_LETTER * n_digits * (not run.isascii())
            shared += LONE_CHARACTER * (is_east_asian and script == "CJK" and len(run) == 1)
            for k, name in enumerate(names):
                costs[k] += _cost_of_word(script, run, name)
        else:
            is_inside = bool(before[0] and after)
            shared += LATIN_BESIDE * (is_east_asian and not run.isascii() and "LATIN" in {before[0], after})
            shared += _cost_of_mark(run, is_inside=is_inside, is_east_asian=is_east_asian)
    return [cost + shared for cost in costs]


def costs_of_ascii(words: Sequence[str], names: Sequence[str], most: float) -> dict[str, float]:
    """Return how much less likely words of ASCII are in each language than in the likeliest one.

    Languages of other scripts are less likely the more such words there are.

    Parameters
    ----------
    words
        Words of ASCII letters.
    names
        Languages.
    most
        The largest cost.
    """
    alphabets = [name for name in names if name not in EAST_ASIAN and language(name).script == "LATIN"]
    totals = {name: sum(language(name).cost(word.lower()) for word in words) for name in alphabets}
    least = min(totals.values(), default=0.0)
    foreign = most * min(1.0, len(words) / MANY_WORDS)
    return {name: min(most, totals[name] - least) if name in totals else foreign for name in names}


def cost_of_text(units: Sequence[str], names: Sequence[str], base: Mapping[str, float]) -> float:
    """Return the cost of a text in the likeliest of some languages.

    Parameters
    ----------
    units
        Pieces of the text without blanks.
    names
        Languages; single words may be of any of them.
    base
        What each language costs from the start.
    """
    totals = [base.get(name, 0.0) for name in names]
    for unit in units:
        costs = _cost_of_unit(unit, names)
        most = min(costs) + FOREIGN_WORD
        totals = [total + min(cost, most) for total, cost in zip(totals, costs, strict=True)]
    return min(totals)
