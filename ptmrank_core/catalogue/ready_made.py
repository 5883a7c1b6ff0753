"""Ready-made features as models: files of extracted features, or the columns of a table."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ptmrank_core.errors import InputError, ModelNotFoundError
from ptmrank_core.records import ModelSpec
from ptmrank_core.records.names import tell_apart

__all__ = ["COLUMNS", "FEATURES_TASK", "check_feature_file", "columns_model", "feature_models"]

# The task category of a run of ready-made features.
FEATURES_TASK = "features"
# Id of the candidate that consists of the columns of a table.
COLUMNS = "columns"
SUFFIXES = (".npz", ".csv", ".tsv", ".parquet")
EXPECTED = f"Expected files that end in {', '.join(SUFFIXES)}, one for each model and named after it."


def columns_model(tasks: tuple[str, ...] = ()) -> ModelSpec:
    """Make the candidate whose features are the columns of tabular samples, unchanged."""
    return ModelSpec(id=COLUMNS, source="columns", modality="tabular", tasks=tasks)


def feature_models(path: Path, tasks: tuple[str, ...] = ()) -> list[ModelSpec]:
    """Find the models whose features are in files.

    Parameters
    ----------
    path
        A folder of files, or a single one: ``.npz`` of arrays as the command ``score`` takes them, or a
        ``.csv``, ``.tsv`` or ``.parquet`` table with columns of numbers and a label.
    tasks
        Tasks that the models are candidates for.

    Returns
    -------
    list of ModelSpec
        By name, each named after its file; the revision is the SHA-256 of the file, ``None`` where it cannot
        be read: such a model fails in the run.

    Raises
    ------
    InputError
        If there is no such file or folder, it has no file of features, or two of the same name.
    """
    path = path.expanduser().absolute()
    if not path.exists():
        raise InputError(f"There is no file or folder {str(path)!r}.", hint=EXPECTED)
    files = [path] if path.is_file() else _list(path)
    if not files or files[0].suffix.lower() not in SUFFIXES:
        raise InputError(f"{str(path)!r} contains no features that can be read.", hint=EXPECTED)
    by_name: dict[str, Path] = {}
    for file in files:
        if file.stem in by_name:
            raise InputError(
                f"Two files are named {file.stem!r}: {by_name[file.stem].name} and {file.name}.",
                hint="Rename one of them: a file is named after its model.",
            )
        by_name[file.stem] = file
    names = tell_apart(by_name)
    return [_spec(names[name], file, tasks) for name, file in by_name.items()]


def _list(folder: Path) -> list[Path]:
    """List the files of features in a folder by name, without hidden ones."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(f"{str(folder)!r} cannot be read: {error}.") from error
    return [
        file
        for file in entries
        if file.suffix.lower() in SUFFIXES and file.is_file() and not file.name.startswith(".")
    ]


def _spec(name: str, file: Path, tasks: tuple[str, ...]) -> ModelSpec:
    try:
        revision, size = _digest(file), file.stat().st_size
    except OSError:
        revision, size = None, None
    return ModelSpec(
        id=name,
        source="features",
        modality="tabular",
        revision=revision,
        path=str(file),
        tasks=tasks,
        size_bytes=size,
    )


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def check_feature_file(spec: ModelSpec) -> ModelSpec:
    """Check that a file of features has not changed since the run was planned.

    Raises
    ------
    ModelNotFoundError
        If there is none, or it is missing, cannot be read or has changed.
    """
    if spec.path is None:
        raise ModelNotFoundError(
            f"The embeddings of {spec.id!r} were passed by a script; they are not in a file.",
            hint="Run it from that script.",
        )
    file = Path(spec.path)
    try:
        revision = _digest(file)
    except OSError as error:
        raise ModelNotFoundError(
            f"The features of {spec.id!r} cannot be read: {error}.", hint="Restore the file."
        ) from error
    if spec.revision not in {None, revision}:
        raise ModelNotFoundError(
            f"{str(file)!r} has changed since the run was planned: its SHA-256 began with "
            f"{str(spec.revision)[:12]}, now with {revision[:12]}.",
            hint="Plan a new run.",
        )
    return spec
