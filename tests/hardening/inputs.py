"""What a grammar makes of a seed: files in a folder, and how they are given to the product."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Call", "Kind", "rng_of"]


@dataclass(frozen=True)
class Call:
    """How an input is given to the product.

    Parameters
    ----------
    arguments
        Of the entry; paths are relative to the folder of the input.
    entry
        A name in ``entries.ENTRIES``.
    n_items
        Files or rows that are there and must be samples or left out with a reason; ``None`` if unknown.
    """

    arguments: tuple[str, ...]
    entry: str = "cli"
    n_items: int | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of input.

    Parameters
    ----------
    name
        Its name.
    make
        Writes an input into an empty folder, and says how it is given to the product.
    weight
        Its share of a campaign, relative to the others.
    is_model
        Whether it is a model folder, which runs with others in one run of the supervised process.
    """

    name: str
    make: Callable[[random.Random, Path], Call]
    weight: float = 1.0
    is_model: bool = False


def rng_of(kind: str, seed: int, number: int) -> random.Random:
    """Return the source of everything random in one input: the same input gets the same bytes for good."""
    return random.Random(f"{kind} {seed} {number}")  # noqa: S311 - nothing here is secret
