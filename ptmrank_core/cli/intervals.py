"""How many half-samples a run takes for its intervals, as the command line has it."""

from __future__ import annotations

import argparse

from ptmrank_core.errors import InputError
from ptmrank_core.ranking.spread import MIN_HALVES

__all__ = ["add_intervals", "checked_halves"]


def add_intervals(rank: argparse.ArgumentParser) -> None:
    """Add the option to a command's parser."""
    rank.add_argument(
        "--intervals",
        type=int,
        default=None,
        help="half-samples of every metric, for rank intervals; 0 for none; 100 of the cheap ones where it "
        "is not given",
    )


def checked_halves(wanted: int | None) -> int | None:
    """Check what was asked for, before anything is computed.

    Raises
    ------
    InputError
        A number from which no interval can be made.
    """
    if wanted is None or wanted == 0 or wanted >= MIN_HALVES:
        return wanted
    raise InputError(
        f"--intervals is {wanted}; expected 0, or at least {MIN_HALVES}.",
        hint="Fewer half-samples do not tell a spread.",
    )
