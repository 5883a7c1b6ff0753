"""Numbers and lines of a formula in LaTeX, as KaTeX reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["few_terms", "lines", "number", "signed"]

SMALLEST, LARGEST = 1e-3, 1e5
MOST_TERMS = 3


def number(value: float, digits: int = 3) -> str:
    """Write a number with so many significant digits, very small and very large ones with a power of ten."""
    if value == 0:
        return "0"
    if SMALLEST <= abs(value) < LARGEST:
        text = f"{value:.{digits}g}"
        return f"{value:.0f}" if "e" in text else text
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return rf"{mantissa}\cdot10^{{{int(exponent)}}}"


def signed(values: Iterable[float], digits: int = 3) -> list[str]:
    """Write the terms of a sum, each but the first with its sign in front."""
    texts = [number(value, digits) for value in values]
    return [text if place == 0 or text.startswith("-") else f"+{text}" for place, text in enumerate(texts)]


def few_terms(terms: Sequence[str], between: str = "", most: int = MOST_TERMS) -> str:
    """Join the first terms of a sum; dots stand for the others."""
    if len(terms) <= most + 1:
        return between.join(terms)
    dots = r"\dots" if between else r"+\dots"
    return between.join([*terms[:most], dots])


def lines(*equations: str) -> str:
    """Write equations below one another, aligned where each has its ``&``."""
    return r"\begin{aligned}" + r"\\[4pt] ".join(equations) + r"\end{aligned}"
