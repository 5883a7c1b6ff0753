"""The models of a script as candidates, and the data of the script as sources of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ptmrank_core.benchmark import Sources
from ptmrank_core.catalogue.names import named_apart as folders_apart
from ptmrank_core.errors import InputError
from ptmrank_core.events import CancelToken, Sink
from ptmrank_core.models import Model
from ptmrank_core.records import ModelSpec, Reading, ReadyFeatures, Samples
from ptmrank_core.worker import SOURCES

__all__ = ["ScriptModel", "check_rows", "named_apart", "script_sources"]


class ScriptModel(NamedTuple):
    """A model of the script, and its description for the core."""

    spec: ModelSpec
    model: Model


def named_apart(candidates: Iterable[ScriptModel]) -> list[ScriptModel]:
    """Drop duplicate candidates; add the folder to the names of checkpoints that share a name."""
    unique = {
        (spec.id, spec.source, spec.path, spec.revision, id(model.embedding_function)): ScriptModel(
            spec, model
        )
        for spec, model in candidates
    }
    named = _folders_apart(list(unique.values()))
    for label in (lambda path: path.name, str):
        counts = Counter(spec.id for spec, _ in named)
        named = [
            ScriptModel(replace(spec, id=f"{model.model_name} ({label(Path(model.ckpt))})"), model)
            if counts[spec.id] > 1 and model.ckpt is not None
            else ScriptModel(spec, model)
            for spec, model in named
        ]
    shared = [name for name, count in Counter(spec.id for spec, _ in named).items() if count > 1]
    if shared:
        raise InputError(
            f"Two different models are named {shared[0]!r}.", hint="Give each of them a name of its own."
        )
    return named


def _folders_apart(named: list[ScriptModel]) -> list[ScriptModel]:
    """Put parents before the names of folders that share one, as on the command line."""
    specs = iter(folders_apart([spec for spec, model in named if model.ckpt is None]))
    return [
        ScriptModel(next(specs), model) if model.ckpt is None else ScriptModel(spec, model)
        for spec, model in named
    ]


def check_rows(candidates: Iterable[ScriptModel], samples: Samples) -> None:
    """Check that ready-made embeddings have a row for each sample.

    Raises
    ------
    InputError
        If they do not.
    """
    for spec, model in candidates:
        if model.embeddings is not None and len(model.embeddings) != samples.n_samples:
            first = "".join(f" ({item.name}: {item.reason}, ...)" for item in samples.left_out[:1])
            left_out = f" {len(samples.left_out)} were left out{first}." if samples.left_out else ""
            raise InputError(
                f"The embeddings of {spec.id!r} have {len(model.embeddings)} rows; there are "
                f"{samples.n_samples} samples.{left_out}",
                hint="Expected a row for each sample, in their order.",
            )


def script_sources(samples: Samples, candidates: Iterable[ScriptModel]) -> Sources:
    """Make the sources of a run whose samples, functions and embeddings are in the script."""
    models = {spec.id: model for spec, model in candidates}
    arrays = {name: model.embeddings for name, model in models.items() if model.embeddings is not None}
    functions = {n: m.embedding_function for n, m in models.items() if m.embedding_function is not None}
    target = "labels" if samples.target_kind == "classification" else "targets"

    def load(source: str, reading: Reading) -> Samples:
        return samples if source == samples.source else SOURCES.load_samples(source, reading)

    def load_features(spec: ModelSpec, reading: Reading, of: Samples) -> ReadyFeatures:
        if spec.id not in arrays:
            return SOURCES.load_features(spec, reading, of)
        return ReadyFeatures({"embeddings": arrays[spec.id], target: of.labels})

    def fetch(spec: ModelSpec, *, sink: Sink, cancel: CancelToken) -> ModelSpec:
        return spec if spec.id in arrays else SOURCES.fetch(spec, sink=sink, cancel=cancel)

    return replace(SOURCES, load_samples=load, load_features=load_features, fetch=fetch, functions=functions)
