"""What the cells of a column of words are: categories, dates, texts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.labels.numbers import is_missing

__all__ = [
    "DATES",
    "MAX_CATEGORIES",
    "are_dates",
    "are_mostly_numbers",
    "are_numbered_days",
    "are_texts",
    "is_long",
    "tidy",
    "why_no_category",
]

MAX_CATEGORIES = 30
"""Different words up to which a column holds categories, if each occurs twice on average."""
LONG_TEXT_CHARS = 20
WIDE = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d]")
"""Letters of scripts that write a word in one or two of them."""
LETTERS_OF_A_WORD = 3
MONTH = (
    r"(?:jan|feb|f[eé]v|mar|m[aä]r|apr|avr|abr|may|mai|mag|maj|jun|jui|giu|jul|lug|aug|ao[uû]|ago|sep|set"
    r"|oct|okt|ott|out|nov|dec|d[eé]c|dez|dic)[^\W\d_]*\.?"
)
WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?"
CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[ap]\.?m\.?)?"
ZONE = r"(?: ?(?:z|[+-]\d{2}:?\d{2}|utc|gmt|[ecmp][ds]t|ces?t)){0,2}"
DATE = re.compile(
    rf"{WEEKDAY}(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}\.?|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{4}}|\d{{2}})"
    rf"|\d{{8}}(?=T)|\d{{1,2}}(?:\.|st|nd|rd|th)?[ /-](?:de )?{MONTH}[ ,/-]+(?:de )?\d{{2,4}}"
    rf"|\d{{4}}[ -]{MONTH}[ -]\d{{1,2}}|{MONTH} \d{{1,2}},? \d{{4}}|{MONTH}[ -]\d{{4}}"
    r"|\d{2,4}[年년] ?\d{1,2}[月월] ?\d{1,2}[日일]|\d{4}-w\d{1,2}|\d{4}[ -]?q[1-4]|q[1-4][ -]?\d{4})"
    rf"(?:(?:[T ,:]|, )+{CLOCK}{ZONE})?|{CLOCK}{ZONE}|{WEEKDAY}{MONTH} \d{{1,2}} {CLOCK}{ZONE} \d{{4}}",
    re.IGNORECASE,
)
NUMBER = re.compile(r"[+-]?[0-9]*[.,]?[0-9]+(?:e[+-]?[0-9]+)?|", re.IGNORECASE)
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


def are_numbered_days(numbers: NDArray[np.float64]) -> bool:
    """Whether all of some numbers are days of the calendar, as ``20240131``."""
    if not ((numbers >= 0) & (numbers < 1e8)).all():
        return False
    days = numbers.astype(np.int64)
    years, months = days // 10_000, days // 100 % 100
    are_days = (days == numbers) & (years >= 1900) & (years <= 2100) & (months >= 1) & (months <= 12)
    return bool(days.size and (are_days & (days % 100 >= 1) & (days % 100 <= 31)).all())


def are_mostly_numbers(cells: Sequence[str]) -> bool:
    """Whether half of the cells or more are numbers, or empty."""
    return 2 * sum(NUMBER.fullmatch(cell.strip()) is not None for cell in cells) >= len(cells) > 0


def is_long(cells: Sequence[str]) -> bool:
    """Whether cells are as long as texts on average; letters of Chinese, Japanese and Korean count thrice."""
    there = [cell for cell in cells if cell.strip()]
    n_chars = sum(len(cell) + (LETTERS_OF_A_WORD - 1) * len(WIDE.findall(cell)) for cell in there)
    return bool(there) and n_chars >= LONG_TEXT_CHARS * len(there)


def are_texts(cells: Sequence[str]) -> bool:
    """Whether cells are texts rather than names: long, mostly there, and mostly different from each other."""
    n_there = sum(bool(cell.strip()) for cell in cells)
    is_varied = 2 * len(set(cells)) > n_there and 2 * n_there >= len(cells)
    return is_long(cells) and is_varied and not (are_dates(cells) or are_mostly_numbers(cells))


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
