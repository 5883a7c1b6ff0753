"""Saving the winner of a race as a folder of transformers. Imports torch only when it saves."""

from __future__ import annotations

from pathlib import Path

from ptmrank_core.errors import InputError
from ptmrank_core.features.training.tasks import WinnerCard
from ptmrank_core.records import ModelSpec, Samples

__all__ = ["WinnerCard", "refuse_occupied", "save_winner"]


def refuse_occupied(folder: Path) -> None:
    """Refuse a folder that a winner cannot be saved to.

    Raises
    ------
    InputError
        If it is a file, or a folder that is not empty.
    """
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists():
        what = "is not empty" if folder.is_dir() else "is a file"
        raise InputError(
            f"{str(folder)!r} {what}, and nothing there is overwritten by a model.",
            hint="Choose a folder that does not exist yet, or an empty one.",
        )


def save_winner(state: Path, spec: ModelSpec, samples: Samples, folder: Path, card: WinnerCard) -> None:
    """Save a trained model as a folder that transformers loads with its Auto classes.

    It holds the weights, the configuration with the names of the labels, the processor or tokenizer, a model
    card (``README.md``), and ``continue_training.py``, which goes on with ``transformers.Trainer``. It
    appears whole or not at all.

    Parameters
    ----------
    state
        Folder with the state that :func:`~ptmrank_core.features.training.doses.train_dose` kept.
    spec
        The checkpoint that was trained; its files are on disk.
    samples
        The samples that it was trained for: their label names, and how they are read.
    folder
        The folder; it must not exist yet, or be empty.
    card
        What the model card says.

    Raises
    ------
    InputError
        If the folder is occupied, or the state is of another model or other labels.

    Notes
    -----
    A model of numbers answers in the user's units: the units are folded into its last layer.
    """
    refuse_occupied(folder)
    from ptmrank_core.features.training.winners.folders import write_folder  # noqa: PLC0415 - loads torch

    write_folder(state, spec, samples, folder, card)
