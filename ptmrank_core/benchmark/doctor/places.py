"""The home and its folders: whether they are folders, can be written, and have room."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from ptmrank_core.benchmark.doctor.diagnosis import Diagnosis, Patient, ill, say_bytes
from ptmrank_core.faults import explain, move_aside, what_is_in_the_way

__all__ = ["check_folders", "check_home"]

LEAST_FREE_BYTES = 200_000_000
OWNER_MAY_ALL = 0o700


def check_home(patient: Patient) -> Iterator[Diagnosis]:
    """Check that the home is a folder with room, in which this user may write."""
    home = patient.settings.home
    wrong = _wrong_with(home)
    if wrong is not None:
        yield wrong
        return
    if not home.exists():
        parent = next(place for place in home.parents if place.exists())
        if not os.access(parent, os.W_OK | os.X_OK):
            said = f"{home} does not exist, and you may not make it: {parent} cannot be written."
            yield ill("home", said, "Set PTMRANK_HOME to another folder.")
            return
        yield Diagnosis("home", f"{home} does not exist yet: the first run makes it.")
        return
    free_bytes = shutil.disk_usage(home).free
    said = f"{home}, with {say_bytes(free_bytes)} free."
    advice = "Make room: a run that cannot be stored stops." if free_bytes < LEAST_FREE_BYTES else ""
    yield Diagnosis("home", said, is_well=not advice, advice=advice)


def check_folders(patient: Patient) -> Iterator[Diagnosis]:
    """Check that each folder of the home is one, in which this user may write."""
    settings = patient.settings
    if what_is_in_the_way(settings.home, is_folder=True):
        return  # said of the home
    folders = {
        "runs": settings.runs_dir,
        "features": settings.features_dir,
        "results": settings.results_dir,
        "uploads": settings.uploads_dir,
        "datasets": settings.datasets_dir,
        "merged models": settings.merged_dir,
        "drafts": settings.drafts_dir,
    }
    wrong = [found for folder in folders.values() if (found := _wrong_with(folder)) is not None]
    yield from wrong
    if not wrong:
        yield Diagnosis("folders", f"{', '.join(folders)}: each can be read and written.")


def _wrong_with(folder: Path) -> Diagnosis | None:
    """Say what keeps a folder from being used; ``None`` if nothing does, or it does not exist yet."""
    said = what_is_in_the_way(folder, is_folder=True)
    name = folder.name
    if said and os.path.lexists(folder) and not folder.is_symlink():
        advice = "Move it away; it is not deleted."
        return ill(name, f"{said}.", advice, partial(_replace, folder))
    if said:
        return ill(name, f"{said}.", "Connect the disk, or move that away.")
    if not folder.exists():
        return None
    try:
        os.listdir(folder)  # noqa: PTH208 - the first of its names is enough
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        told = explain(error)
        remedy = partial(_permit, folder) if _is_ours(folder) else None
        return ill(name, f"{folder}: {told.message}", told.hint, remedy)


def _replace(folder: Path) -> str:
    aside = move_aside(folder)
    folder.mkdir(parents=True)
    return f"Moved to {aside}, and made a folder in its place."


def _is_ours(folder: Path) -> bool:
    """Whether the folder is this user's, who only has not the permission."""
    mode = folder.stat().st_mode
    return (
        os.name == "posix" and folder.stat().st_uid == os.geteuid() and mode & OWNER_MAY_ALL != OWNER_MAY_ALL
    )


def _permit(folder: Path) -> str:
    folder.chmod(folder.stat().st_mode | OWNER_MAY_ALL)
    return f"You may read and write {folder} again."
