"""Local folders as models: those that the user names, and those in the folder of local models."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from ptmrank_core.catalogue.adapters import adapter_revision, is_adapter, read_adapter
from ptmrank_core.catalogue.checkpoint_files import MODULES, content_revision
from ptmrank_core.catalogue.checkpoints import checkpoint_facts, is_checkpoint
from ptmrank_core.catalogue.formats import no_checkpoint
from ptmrank_core.errors import InputError, ModelError, ModelNotFoundError, UnknownNameError
from ptmrank_core.records import AdaptedBase, Modality, ModelSpec
from ptmrank_core.records.names import printable, reason_of, tell_apart

__all__ = ["LOCAL_PREFIX", "local_models", "local_root_model", "local_root_models", "read_local"]

logger = logging.getLogger(__name__)
LOCAL_PREFIX = "local:"
# What reading files that may hold anything raises, besides the errors of models.
ODD_CONTENT = (OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RuntimeError)
READABLE = "Expected a folder that can be read."


def local_models(folder: Path, *, wanted: Modality = "image", tasks: tuple[str, ...] = ()) -> list[ModelSpec]:
    """Find the models of a folder: itself, or each of its subfolders that is a checkpoint.

    Parameters
    ----------
    folder
        A checkpoint folder, or a folder of such folders.
    wanted
        Modality of the task; it decides where a checkpoint has two towers, or cannot be read.
    tasks
        Tasks that the models are candidates for; empty to take them from the files.

    Returns
    -------
    list of ModelSpec
        Sorted by name; the revision is a digest of the files, ``None`` where they cannot be read.

    Raises
    ------
    InputError
        If there is no checkpoint.
    """
    folder = folder.resolve()
    try:
        if is_adapter(folder):
            _refuse_adapter(folder)
        if _is_model(folder):
            return [_spec(folder, wanted, tasks)]
        checkpoints = sorted(path for path in folder.iterdir() if path.is_dir() and _is_model(path))
        if not checkpoints or (folder / MODULES).is_file():  # parts of one model of sentence-transformers
            raise no_checkpoint(folder)
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror or error}.", hint=READABLE) from error
    names = tell_apart(path.name for path in checkpoints)
    return [replace(_spec(path, wanted, tasks), id=names[path.name]) for path in checkpoints]


def _is_model(folder: Path) -> bool:
    """Whether a folder looks like a saved model, or like an adapter of one; one that is closed does not."""
    try:
        return is_checkpoint(folder) or is_adapter(folder)
    except OSError:
        return False


def _refuse_adapter(folder: Path) -> None:
    """Refuse an adapter that was named and cannot be merged here, before anything is computed."""
    try:
        read_adapter(folder, folder.name)
        adapter_revision(folder, folder.name)
    except ModelError as error:
        raise InputError(error.message, hint=error.hint) from error


def _spec(folder: Path, wanted: Modality, tasks: tuple[str, ...]) -> ModelSpec:
    """Describe a checkpoint; one that cannot be read stays in the list, and fails in the run.

    Its files may hold anything, so whatever reading them raises concerns this row alone: the run asks again,
    and keeps the reason.
    """
    spec = ModelSpec(id=folder.name, source="local", modality=wanted, path=str(folder), tasks=tasks)
    try:
        return read_local(spec)
    except ModelError:
        return spec
    except ODD_CONTENT as error:
        logger.warning("%s cannot be described: %s", printable(str(folder)), reason_of(error))
        return spec


def local_root_models(
    root: Path | None, *, wanted: Modality = "image", tasks: tuple[str, ...] = ()
) -> list[ModelSpec]:
    """List the models in the folder of local models; ids are ``local:NAME``.

    Parameters
    ----------
    root
        ``Settings.models_dir``; ``None`` where none is set.
    wanted, tasks
        As for :func:`local_models`.

    Returns
    -------
    list of ModelSpec
        Sorted by name, empty without a root. A checkpoint that cannot be read stays in the list, and fails in
        the run; one with a file outside the root is left out, and logged.

    Raises
    ------
    InputError
        If the root is not a folder.
    """
    if root is None:
        return []
    return [
        replace(_spec(folder, wanted, tasks), id=f"{LOCAL_PREFIX}{name}")
        for name, folder in sorted(_offered(root).items())
    ]


def local_root_model(
    model_id: str, root: Path | None, *, wanted: Modality = "image", tasks: tuple[str, ...] = ()
) -> ModelSpec:
    """Look up one model in the folder of local models.

    Parameters
    ----------
    model_id
        ``local:NAME``: a name in the root, never a path.
    root, wanted, tasks
        As for :func:`local_root_models`.

    Raises
    ------
    InputError
        If there is no root.
    UnknownNameError
        If the root has no model of this name.
    """
    if root is None:
        raise InputError(
            f"There is no {model_id!r}: no folder of local models is set.",
            hint="Set PTMRANK_MODELS to a folder of checkpoint folders, or give the checkpoint's own folder.",
        )
    model_id = printable(model_id)
    folders = {f"{LOCAL_PREFIX}{name}": folder for name, folder in _offered(root).items()}
    if model_id not in folders:
        raise UnknownNameError("local model", model_id, folders)
    return replace(_spec(folders[model_id], wanted, tasks), id=model_id)


def _offered(root: Path) -> dict[str, Path]:
    """Map names to the checkpoints of the root whose files, with links followed, all lie inside it."""
    root = root.resolve()
    try:
        folders = [path for path in root.iterdir() if not path.name.startswith(".") and _is_model(path)]
    except OSError as error:
        raise InputError(
            f"The folder of local models, {root}, cannot be read: {error.strerror}.",
            hint="Set PTMRANK_MODELS to a folder that can be read.",
        ) from error
    names = tell_apart(folder.name for folder in folders)
    offered = {}
    for folder in folders:
        files = (folder, *folder.glob("*"), *folder.glob("*/*"), *_base_folders(folder))
        if all(_is_inside(file, root) for file in files):
            offered[names[folder.name]] = folder
        else:
            logger.warning(
                "%s is left out: something in it leads out of %s", *map(printable, (str(folder), str(root)))
            )
    return offered


def _is_inside(file: Path, root: Path) -> bool:
    """Whether a file, with links followed, lies inside the root; a link to itself leads nowhere."""
    try:
        return file.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # links that lead in a circle
        return True


def _base_folders(folder: Path) -> list[Path]:
    """List the folder of the model that an adapter belongs to, if it is on this machine."""
    if not is_adapter(folder):
        return []
    try:
        base = read_adapter(folder, folder.name).folder
    except ModelError:  # it stays in the list, and fails in the run
        return []
    return [] if base is None else [base]


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
            f"The folder of {spec.id!r} does not exist any more: {folder}.",
            hint="Restore it, or plan a new run.",
        )
    if is_adapter(folder):
        return _read_adapter(spec, folder)
    facts = checkpoint_facts(folder, wanted=spec.modality, tasks=spec.tasks)
    return replace(spec, revision=content_revision(folder), **facts)


def _read_adapter(spec: ModelSpec, folder: Path) -> ModelSpec:
    """Describe an adapter by the files of its base; one of the Hub has to be fetched first."""
    adapter = read_adapter(folder, spec.id)
    revision = adapter_revision(folder, spec.id)
    if adapter.folder is None:
        known = spec.base.revision if spec.base is not None else ""
        return replace(spec, base=AdaptedBase(adapter.base, known or adapter.revision or "", adapter.kind))
    base = AdaptedBase(
        adapter.folder.name, content_revision(adapter.folder), adapter.kind, str(adapter.folder)
    )
    facts = checkpoint_facts(adapter.folder, wanted=spec.modality, tasks=spec.tasks, name=adapter.base)
    return replace(spec, **{**facts, "path": str(folder), "revision": revision, "base": base})
