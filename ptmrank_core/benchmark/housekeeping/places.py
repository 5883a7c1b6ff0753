"""The places of what is kept, below the home alone: no symbolic link is followed, no other name counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ptmrank_core.config import Settings
from ptmrank_core.owners import MARKS, UPLOAD_NAME

__all__ = ["children", "datasets", "mark_files", "merged_models", "run_files", "training_folders", "uploads"]

DATASET_NAME, MERGED_NAME = re.compile(r"[0-9a-f]{40}-[0-9a-f]{16}"), re.compile(r"[0-9a-f]{32}")
RUN_FILE = re.compile(r"([0-9a-f]{32})(?:(?:\.starting)?\.lock|\.log|\.training)")
TRAINING = ".training"


def children(folder: Path) -> list[Path]:
    """List what is in a folder, without symbolic links; nothing of a folder that is one, or is not there."""
    if folder.is_symlink():
        return []
    with suppress(OSError):
        return sorted(path for path in folder.iterdir() if not path.is_symlink())
    return []


def _folders(folder: Path, name: re.Pattern[str]) -> list[Path]:
    """List the folders in a folder whose whole names have a form."""
    return [path for path in children(folder) if name.fullmatch(path.name) and path.is_dir()]


def uploads(settings: Settings) -> list[Path]:
    """List the folders of all uploads."""
    return _folders(settings.uploads_dir, UPLOAD_NAME)


def datasets(settings: Settings) -> list[Path]:
    """List the folders of the datasets that samples were taken of, each of one commit and configuration."""
    repositories = children(settings.datasets_dir)
    return [path for repository in repositories for path in _folders(repository, DATASET_NAME)]


def merged_models(settings: Settings) -> list[Path]:
    """List the folders of the models that adapters were merged into."""
    return _folders(settings.merged_dir, MERGED_NAME)


def run_files(settings: Settings) -> Iterator[tuple[Path, str]]:
    """Yield the locks, logs and states of training beside the store, each with the id of its run."""
    for path in children(settings.runs_dir):
        if found := RUN_FILE.fullmatch(path.name):
            yield path, found[1]


def training_folders(settings: Settings) -> list[tuple[Path, str]]:
    """List the folders of states of training, each with the id of its run."""
    return [(path, run) for path, run in run_files(settings) if path.suffix == TRAINING and path.is_dir()]


def mark_files(settings: Settings) -> list[Path]:
    """List the marks that say whose an upload is."""
    return [mark for folder in children(settings.uploads_dir / MARKS) for mark in children(folder)]
