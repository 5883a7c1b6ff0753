"""Fine-tuning results that the user has already, as an input of ``rank``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ptmrank_core.data import load_truth
from ptmrank_core.records import IMPORTED, Finding, ModelSpec, Truth

__all__ = ["add_truth", "imported_truth"]


def add_truth(rank: argparse.ArgumentParser) -> None:
    """Add the option to a command's parser."""
    rank.add_argument(
        "--truth",
        type=Path,
        default=None,
        help="your own fine-tuning results: a .csv with the columns model and accuracy",
    )


def imported_truth(path: Path | None, models: Sequence[ModelSpec]) -> list[Finding]:
    """Read the user's own fine-tuning results, as the findings that are kept with the run.

    Parameters
    ----------
    path
        A table; ``None`` for none, which gives no finding.
    models
        The models of the run.

    Raises
    ------
    InputError
        If the table cannot be used.
    """
    if path is None:
        return []
    truth = load_truth(path, [spec.id for spec in models])
    return [Finding(Truth.KIND, IMPORTED, truth, 0.0)]
