"""The winner of a race as one file: made when asked for, deleted with the run or when the race goes on."""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.race.saving import save_best
from ptmrank_core.benchmark.race.states import states_folder
from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.features.process import ModelCalls
from ptmrank_core.files import new_folder

__all__ = ["PackedWinner", "find_packed", "pack_winner"]

# In the folder of the states of training, where a race that goes on deletes all that is no state of its own.
FOLDER = "packed"
KEY = re.compile(r"[0-9a-f]{32}")
NO_FILE_NAME = re.compile(r"[^\w.-]+", re.ASCII)
SCRIPT = "continue_training.py"
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class PackedWinner:
    """A trained model as a zip of a folder that transformers loads.

    Parameters
    ----------
    path
        The file.
    key
        Random, so that its address cannot be guessed.
    size_bytes
        Size of the file.
    """

    path: Path
    key: str
    size_bytes: int

    def script(self) -> str:
        """Read the script that continues the training."""
        with ZipFile(self.path) as packed:
            return packed.read(f"{self.path.stem}/{SCRIPT}").decode("utf-8")


def find_packed(run_id: str, settings: Settings, key: str = "") -> PackedWinner | None:
    """Find the packed winner of a run; ``None`` if there is none, or none of this key.

    Parameters
    ----------
    run_id
        A run of the store.
    settings
        Where runs are stored.
    key
        Key of the file; empty for whichever is there.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    """
    RunStore(settings).state(run_id)  # only a known id names a folder
    folder = states_folder(settings, run_id) / FOLDER
    if key and not KEY.fullmatch(key):
        return None
    for path in sorted(folder.glob(f"{key or '*'}/*.zip")):
        if KEY.fullmatch(path.parent.name):
            return PackedWinner(path, path.parent.name, path.stat().st_size)
    return None


def pack_winner(run_id: str, settings: Settings, *, sources: Sources, models: ModelCalls) -> PackedWinner:
    """Save the winner of a race and pack the folder; a file that was packed before is replaced.

    Parameters
    ----------
    run_id, settings, sources, models
        As in :func:`~ptmrank_core.benchmark.race.saving.save_best`.

    Raises
    ------
    RunNotFoundError
        If there is no such run.
    RunError
        If it has no winner, or its trained weights are gone.
    InputError
        If the samples cannot be loaded.
    OSError
        If the file cannot be written.
    """
    RunStore(settings).state(run_id)
    folder = states_folder(settings, run_id) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    key = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(dir=folder) as temporary, new_folder(folder / key) as new:
        winner = save_best(run_id, settings, Path(temporary) / "model", sources=sources, models=models)
        name = _file_name(winner)
        with ZipFile(new / f"{name}.zip", "w", ZIP_STORED) as packed:  # weights do not get smaller
            for path in sorted(own for own in (Path(temporary) / "model").rglob("*") if own.is_file()):
                packed.write(path, f"{name}/{path.relative_to(Path(temporary) / 'model').as_posix()}")
    for former in folder.iterdir():
        if former.name != key:
            shutil.rmtree(former, ignore_errors=True)
    path = folder / key / f"{name}.zip"
    return PackedWinner(path, key, path.stat().st_size)


def _file_name(model: str) -> str:
    """Make a name of a file out of a model's."""
    base = model.rstrip("/\\").replace("\\", "/").rsplit("/", 1)[-1].removeprefix("demo:")
    return NO_FILE_NAME.sub("-", base).strip("-.")[:LONGEST_NAME] or "model"
