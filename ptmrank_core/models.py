"""The candidates of a script, with the interface of the original tool: Model, Models, ModelsPeatMOSS."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.catalogue import TaskCategory, any_category, local_models, resolve_models
from ptmrank_core.catalogue.adapters import is_adapter
from ptmrank_core.catalogue.checkpoints import is_checkpoint
from ptmrank_core.catalogue.mapping import read_mapping, task_slug
from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import EmbeddingFunction, ModelSpec

__all__ = ["Model", "Models", "ModelsPeatMOSS", "find_task"]


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """One candidate: a model of the Hub, a checkpoint on disk, a function, or ready-made embeddings.

    Parameters
    ----------
    model_name
        A Hub id (``"org/name"``, ``"org/name@revision"``), ``"demo:NAME"``, ``"local:NAME"`` or a folder;
        any name you like where one of the other parameters says what the model is.
    ckpt
        Folder of a local checkpoint, which is loaded instead. Beside a function it is only recorded.
    embedding_function
        Takes a list of decoded samples (a PIL image, a ``str``, the pair ``(waveform, rate)``) in batches
        and returns an array of shape (b, d) for b samples.
    embeddings
        Ready-made embeddings instead: an array of shape (n, d), a row for each sample in their order.
    version
        Of the function. Its features are cached under its name and version; without one they are not.

    Raises
    ------
    InputError
        If the parts do not fit together, or the folder is no checkpoint.
    """

    model_name: str
    ckpt: str | Path | None = None
    embedding_function: EmbeddingFunction | None = None
    _: KW_ONLY
    embeddings: Any = None
    version: str | None = None

    def __post_init__(self) -> None:
        name = self.model_name
        if not isinstance(name, str) or not name.strip():
            raise InputError(f"A model's name is {name!r}; expected a text that is not empty.")
        if self.embedding_function is not None and not callable(self.embedding_function):
            raise InputError(f"The embedding_function of {name!r} cannot be called.")
        if self.embedding_function is not None and self.embeddings is not None:
            raise InputError(
                f"{name!r} has both an embedding_function and embeddings.", hint="Leave one of them out."
            )
        if self.version is not None and (self.embedding_function is None or not _is_text(self.version)):
            raise InputError(
                f"The version of {name!r} is {self.version!r}; expected a text beside an embedding_function.",
                hint="A checkpoint or an array is its own version: its content.",
            )
        if self.embeddings is not None:
            object.__setattr__(self, "embeddings", _checked(self.embeddings, name))
        elif self.ckpt is not None and self.embedding_function is None:
            _find_checkpoint(self.ckpt, name)

    def __repr__(self) -> str:
        parts = [repr(self.model_name)]
        parts += [] if self.ckpt is None else [f"ckpt={str(self.ckpt)!r}"]
        parts += (
            [] if self.embedding_function is None else [f"embedding_function={self.embedding_function!r}"]
        )
        parts += [] if self.embeddings is None else [f"embeddings of shape {self.embeddings.shape}"]
        parts += [] if self.version is None else [f"version={self.version!r}"]
        return f"Model({', '.join(parts)})"

    def specs(self, task: TaskCategory, models_dir: Path | None = None) -> list[ModelSpec]:
        """Describe the model as a candidate for a task category.

        Parameters
        ----------
        task
            What it is a candidate for.
        models_dir
            The folder in which ``local:NAME`` is looked up; ``None`` where there is none.

        Returns
        -------
        list of ModelSpec
            One; several only for ``"demo"`` and for a folder of folders.

        Raises
        ------
        InputError
            If the name is no model.
        """
        spec = ModelSpec(self.model_name, "function", task.modality, tasks=(task.name,))
        if self.embeddings is not None:
            return [replace(spec, source="features", revision=_digest(self.embeddings))]
        if self.embedding_function is not None:
            path = None if self.ckpt is None else str(Path(self.ckpt).expanduser().absolute())
            return [replace(spec, revision=self.version, path=path)]
        if self.ckpt is not None:
            folder = _find_checkpoint(self.ckpt, self.model_name)
            (local,) = local_models(folder, wanted=task.modality, tasks=(task.name,))
            return [replace(local, id=self.model_name)]
        return resolve_models([self.model_name], task, models_dir=models_dir)


def _find_checkpoint(ckpt: str | Path, name: str) -> Path:
    folder = Path(ckpt).expanduser()
    if not (is_checkpoint(folder) or is_adapter(folder)):
        raise InputError(
            f"The ckpt of {name!r}, {str(folder)!r}, is no folder of a checkpoint.",
            hint="Expected a folder with config.json and model.safetensors.",
        )
    return folder


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _checked(embeddings: Any, name: str) -> NDArray[Any]:
    """Copy ready-made embeddings into a read-only array."""
    if hasattr(embeddings, "detach"):  # a tensor of torch, on any device, perhaps with a gradient
        embeddings = embeddings.detach().cpu().float().numpy()
    try:
        array = np.array(embeddings)
    except ValueError as error:
        raise InputError(f"The embeddings of {name!r} are no array: {error}.") from error
    if array.ndim != 2 or array.dtype.kind not in "biuf" or not array.size:
        raise InputError(
            f"The embeddings of {name!r} are of shape {array.shape} and {array.dtype}; expected real numbers "
            "of shape (n_samples, n_features)."
        )
    if not np.isfinite(array).all():
        raise InputError(f"The embeddings of {name!r} hold NaN or infinity; only finite ones can be ranked.")
    array.setflags(write=False)
    return array


def _digest(array: NDArray[Any]) -> str:
    """SHA-256 (hex) of an array with its shape and type."""
    header = f"{array.dtype.str} {array.shape};".encode()
    return hashlib.sha256(header + np.ascontiguousarray(array).tobytes()).hexdigest()


class Models(Sequence[Model]):
    """A sequence of candidates.

    Parameters
    ----------
    models
        ``Model`` objects, and names of models where a name is enough; or a single one of either.

    Raises
    ------
    InputError
        If an entry is neither.
    """

    def __init__(self, models: Iterable[Model | str] | Model | str) -> None:
        if isinstance(models, ModelsPeatMOSS):
            raise InputError("A whole mapping is no list of models.", hint="Choose a category: models[task].")
        listed = [models] if isinstance(models, Model | str) else models
        self._models = tuple(_as_model(model) for model in listed)

    @overload
    def __getitem__(self, index: int) -> Model: ...

    @overload
    def __getitem__(self, index: slice) -> Models: ...

    def __getitem__(self, index: int | slice) -> Model | Models:
        return Models(self._models[index]) if isinstance(index, slice) else self._models[index]

    def __len__(self) -> int:
        return len(self._models)

    def __repr__(self) -> str:
        return f"Models({list(self._models)!r})"


def _as_model(model: Any) -> Model:
    if isinstance(model, Model):
        return model
    if isinstance(model, str):
        return Model(model)
    raise InputError(f"{model!r} is no model.", hint="Expected a Model or the name of one.")


def find_task(name: str) -> str:
    """Return the catalogue's name of a task category; an unknown name stays, as a slug."""
    slug = task_slug(name)
    try:
        return any_category(slug).name
    except UnknownNameError:
        return slug


class ModelsPeatMOSS:
    """The models of a ``mapping.json``, by task category.

    ``ModelsPeatMOSS(path)["image-classification"]`` gives the category's models in the order of the file;
    ``"Image Classification"`` and other names of the category are understood too. Iterating gives the
    categories.

    Parameters
    ----------
    mapping_file
        A ``mapping.json`` of the original tool or of ours.

    Raises
    ------
    InputError
        If it cannot be read.
    """

    def __init__(self, mapping_file: str | Path) -> None:
        self._name = Path(mapping_file).name
        self._models: dict[str, dict[str, None]] = {}
        for task, models in read_mapping(mapping_file).items():
            self._models.setdefault(find_task(task), {}).update(dict.fromkeys(models))

    def __getitem__(self, task: str) -> Models:
        name = find_task(task)
        if name not in self._models:
            raise UnknownNameError(f"task category of {self._name}", task, self._models)
        return Models(self._models[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._models)

    def __len__(self) -> int:
        return len(self._models)
