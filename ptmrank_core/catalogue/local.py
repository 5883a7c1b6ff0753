"""Local folders as models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ptmrank_core.catalogue.checkpoints import checkpoint_facts, content_revision, is_checkpoint
from ptmrank_core.errors import InputError, ModelError, ModelNotFoundError
from ptmrank_core.records import Modality, ModelSpec

__all__ = ["local_models", "read_local"]


def local_models(folder: Path, *, wanted: Modality = "image", tasks: tuple[str, ...] = ()) -> list[ModelSpec]:
    """Find the models of a folder: itself, or each of its subfolders that is a checkpoint.

    Parameters
    ----------
    folder
        A checkpoint folder, or a folder of such folders.
    wanted
        What the task reads: decides where a checkpoint has two towers, or cannot be read.
    tasks
        What the models are candidates for; empty for whatever they can be.

    Returns
    -------
    list of ModelSpec
        Sorted by name; the revision is a digest of the files' content, ``None`` where they cannot be read.

    Raises
    ------
    InputError
        If there is no checkpoint.
    """
    folder = folder.resolve()
    if is_checkpoint(folder):
        return [_spec(folder, wanted, tasks)]
    found = sorted(path for path in folder.iterdir() if path.is_dir() and is_checkpoint(path))
    if not found:
        raise InputError(
            f"{folder} holds no model.",
            hint="Expected a folder with config.json and model.safetensors, or a folder of such folders.",
        )
    return [_spec(path, wanted, tasks) for path in found]


def _spec(folder: Path, wanted: Modality, tasks: tuple[str, ...]) -> ModelSpec:
    """Describe a checkpoint; one that cannot be read keeps its place, and fails in the run by name."""
    spec = ModelSpec(id=folder.name, source="local", modality=wanted, path=str(folder), tasks=tasks)
    try:
        return read_local(spec)
    except ModelError:
        return spec


def read_local(spec: ModelSpec) -> ModelSpec:
    """Read a local model's facts and revision from its files.

    Raises
    ------
    ModelError
        If the folder is gone or its files cannot be used.
    """
    folder = Path(spec.path or "")
    if not folder.is_dir():
        raise ModelNotFoundError(
            f"The folder of {spec.id!r} is gone: {folder}.", hint="Put it back, or plan a new run."
        )
    facts = checkpoint_facts(folder, wanted=spec.modality, tasks=spec.tasks)
    return replace(spec, revision=content_revision(folder), **facts)
