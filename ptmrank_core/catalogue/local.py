"""Local folders as models."""

from __future__ import annotations

from pathlib import Path

from ptmrank_core.catalogue.checkpoints import checkpoint_facts, content_revision, is_checkpoint
from ptmrank_core.errors import InputError
from ptmrank_core.records import ModelSpec

__all__ = ["local_models"]


def local_models(folder: Path) -> list[ModelSpec]:
    """Find the models of a folder: itself, or each of its subfolders that is a checkpoint.

    Parameters
    ----------
    folder
        A checkpoint folder, or a folder of such folders.

    Returns
    -------
    list of ModelSpec
        Sorted by name; each revision is a digest of the files' content.

    Raises
    ------
    InputError
        If there is no checkpoint.
    ModelError
        If one of them cannot be used.
    """
    folder = folder.resolve()
    if is_checkpoint(folder):
        return [_spec(folder, folder.name)]
    found = sorted(path for path in folder.iterdir() if path.is_dir() and is_checkpoint(path))
    if not found:
        raise InputError(
            f"{folder} holds no model.",
            hint="Expected a folder with config.json and model.safetensors, or a folder of such folders.",
        )
    return [_spec(path, path.name) for path in found]


def _spec(folder: Path, name: str) -> ModelSpec:
    facts = checkpoint_facts(folder)
    return ModelSpec(id=name, source="local", revision=content_revision(folder), **facts)
