"""Options of ``rank`` for what is done after the first ranking, and results that the user has already."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ptmrank_core.data import load_truth
from ptmrank_core.errors import InputError
from ptmrank_core.records import IMPORTED, Analyses, Finding, ModelSpec, Truth

__all__ = ["add_analyses", "chosen_analyses", "imported_truth"]


def add_analyses(rank: argparse.ArgumentParser) -> None:
    """Add the options."""
    rank.add_argument(
        "--truth", type=Path, default=None, help="fine-tuning results: a .csv of model,accuracy"
    )
    rank.add_argument(
        "--sample-sizes",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="rank on fewer samples too; by default where that takes a minute at most",
    )
    rank.add_argument(
        "--controls", action="store_true", help="score permuted labels and untrained models too"
    )
    rank.add_argument(
        "--no-projections", action="store_true", help="do not bring the best models to the plane (LDA, t-SNE)"
    )
    rank.add_argument("--fine-tune", type=int, default=0, metavar="K", help="train the K best models briefly")
    rank.add_argument("--fine-tune-seconds", type=float, default=300.0, help="time for that, all together")


def chosen_analyses(options: argparse.Namespace, base: Analyses) -> Analyses:
    """Add what was asked for to a choice of analyses.

    Raises
    ------
    InputError
        If a number is out of its range.
    """
    n_tuned, seconds = options.fine_tune, options.fine_tune_seconds
    if n_tuned < 0:
        raise InputError(f"--fine-tune is {n_tuned}; expected 0 or a number of models.")
    if not (math.isfinite(seconds) and seconds > 0):
        raise InputError(f"--fine-tune-seconds is {seconds:g}; expected a positive number of seconds.")
    return replace(
        base,
        sample_sizes=options.sample_sizes,
        controls=options.controls,
        fine_tune=n_tuned,
        fine_tune_seconds=seconds,
        projections=not options.no_projections,
    )


def imported_truth(path: Path | None, models: Sequence[ModelSpec]) -> list[Finding]:
    """Read the user's own fine-tuning results, as what is kept with the run; none where there are none.

    Raises
    ------
    InputError
        If they cannot be used.
    """
    if path is None:
        return []
    truth = load_truth(path, [spec.id for spec in models])
    return [Finding(Truth.KIND, IMPORTED, truth, 0.0)]
