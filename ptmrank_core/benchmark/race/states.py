"""States of training: a folder of a race holds one for each model that is still in it."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from ptmrank_core.config import Settings

__all__ = ["TrainingStates", "states_folder"]


def states_folder(settings: Settings, run_id: str) -> Path:
    """Return the folder of the states of training of a run; deleted with the run."""
    return settings.runs_dir / f"{run_id}.training"


class TrainingStates:
    """The states of training of one run, each under the number of the dose that it follows.

    A state counts only once its dose is stored: one that a killed worker has left is overwritten by the dose
    with the same number.

    Parameters
    ----------
    folder
        The folder; created with the first state.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, number: int) -> Path:
        """Return the folder of the state after a dose, whether it exists or not."""
        return self._folder / f"{number:04}"

    def find(self, number: int) -> Path | None:
        """Return the folder of the state after a dose; ``None`` if there is none."""
        path = self.path(number)
        return path if path.is_dir() else None

    def make_way(self, number: int) -> Path:
        """Delete what is left of a state whose dose was not stored; return its folder, which is free."""
        path = self.path(number)
        self._folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(path, ignore_errors=True)
        return path

    def keep_only(self, numbers: Collection[int]) -> None:
        """Delete the states after all other doses, and what is no state."""
        kept = {self.path(number) for number in numbers}
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if path not in kept:
                    shutil.rmtree(path, ignore_errors=True)
