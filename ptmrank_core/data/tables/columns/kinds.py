"""What the cells of a column of words are: categories, dates, texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ptmrank_core.data.labels.numbers import is_missing

__all__ = ["DATES", "MAX_CATEGORIES", "are_dates", "are_texts", "is_long", "tidy", "why_no_category"]

MAX_CATEGORIES = 30
"""Different words up to which a column holds categories, if each occurs twice on average."""
LONG_TEXT_CHARS = 20
WIDE = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d]")
"""Letters of scripts that write a word in one or two of them."""
LETTERS_OF_A_WORD = 3
DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{8}(?=T)"
    r"|\d{1,2}[ -](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ ,-]+\d{2,4}"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2},? \d{4})"
    r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[ap]m)?(?:Z| ?[+-]\d{2}:?\d{2}| ?utc)?)?"
    r"|\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[ap]m)?",
    re.IGNORECASE,
)
MOSTLY = 0.9
DATES = "holds dates or times, which are not used"


def tidy(cells: Sequence[str]) -> list[str]:
    """Spell the cells of a column of categories in one way, missing ones as empty."""
    return ["" if is_missing(cell) else " ".join(cell.split()) for cell in cells]


def are_dates(cells: Sequence[str]) -> bool:
    """Whether nearly all cells that are not empty are dates or times."""
    there = [cell.strip() for cell in cells if not is_missing(cell)]
    n_dates = sum(DATE.fullmatch(cell) is not None for cell in there)
    return n_dates >= MOSTLY * len(there) > 0


def is_long(cells: Sequence[str]) -> bool:
    """Whether cells are as long as texts on average; letters of Chinese, Japanese and Korean count thrice."""
    there = [cell for cell in cells if cell.strip()]
    n_chars = sum(len(cell) + (LETTERS_OF_A_WORD - 1) * len(WIDE.findall(cell)) for cell in there)
    return bool(there) and n_chars >= LONG_TEXT_CHARS * len(there)


def are_texts(cells: Sequence[str]) -> bool:
    """Whether cells are texts rather than names: long, and mostly different from each other."""
    n_there = sum(bool(cell.strip()) for cell in cells)
    return is_long(cells) and 2 * len(set(cells)) > n_there and not are_dates(cells)


def why_no_category(cells: Sequence[str]) -> str:
    """Say why a column of words, as ``tidy`` spells them, is no category; empty where it is one."""
    counts = Counter(cell for cell in cells if cell)
    n_there = sum(counts.values())
    if not counts:
        return "is empty"
    if are_dates(cells):
        return DATES
    if len(counts) == 1 and n_there == len(cells):
        return "holds one word only"
    if len(counts) <= MAX_CATEGORIES and 2 * len(counts) <= n_there:
        return ""
    if is_long(cells):
        return "holds texts, which are not used beside numbers"
    found = f"{len(counts):,} different words in {n_there:,} rows"
    return f"holds {found}; at most {MAX_CATEGORIES} are used, if they recur"
