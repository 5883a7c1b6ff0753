"""Names that a user wrote -> candidate models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ptmrank_core.catalogue.demo import DEMO_PREFIX, demo_model, demo_models
from ptmrank_core.catalogue.formats import refuse_model_file
from ptmrank_core.catalogue.local import LOCAL_PREFIX, local_models, local_root_model
from ptmrank_core.catalogue.names import hub_id, named_apart
from ptmrank_core.catalogue.presets import PRESET_PREFIX, preset_candidates
from ptmrank_core.catalogue.ready_made import COLUMNS, columns_model, feature_models
from ptmrank_core.catalogue.table import known_candidate
from ptmrank_core.catalogue.tasks.kinds import TaskCategory
from ptmrank_core.errors import InputError, InputField
from ptmrank_core.records import ModelSpec

__all__ = ["hub_models", "resolve_models"]

WHOLE_ZOO = DEMO_PREFIX.rstrip(":")
HUB_ID = re.compile(r"(?:[\w.-]+/)?[\w.-]+(?:@(?P<revision>\w[\w./-]*))?")


def resolve_models(
    names: str | Iterable[str], task: TaskCategory, *, models_dir: Path | None = None
) -> list[ModelSpec]:
    """Resolve names to candidate models for a task category, in the order given.

    Parameters
    ----------
    names
        Comma-separated text or an iterable of: ``demo`` (the zoo's models for the task),
        ``demo:NAME``, ``local:NAME``, a folder, a Hub id (``org/name`` or ``org/name@revision``, also as
        ``hf-hub:org/name`` or as the address of its page), ``preset:NAME`` (a preset of the catalogue:
        ``preset:five-small``); for tabular samples ``columns`` (their columns, unchanged), a file of features
        of the same rows or a folder of such files.
    task
        The task category.
    models_dir
        The folder that ``local:NAME`` is looked up in; ``None`` where there is none.

    Returns
    -------
    list of ModelSpec
        The revision of a Hub model is not known yet: the network is not used here. Folders of one name get
        those of their parents before it.

    Raises
    ------
    InputError
        If a name is not a model, or two models have the same id.
    """
    texts = names.split(",") if isinstance(names, str) else names
    specs = [spec for text in texts if text.strip() for spec in _resolve(text.strip(), task, models_dir)]
    if not specs:
        raise InputError("No model was named.", fields=[InputField.MODELS])
    specs = named_apart(specs)
    unique = {spec.id: spec for spec in specs}
    for spec in specs:
        if unique[spec.id].path != spec.path:
            raise InputError(
                f"Two models are named {spec.id!r}: {spec.path} and {unique[spec.id].path}.",
                hint="Rename one of the folders.",
            )
    return list(unique.values())


def _resolve(name: str, task: TaskCategory, models_dir: Path | None) -> list[ModelSpec]:
    if name.startswith(PRESET_PREFIX):
        return hub_models(",".join(model.id for model in preset_candidates(name, task)), task)
    if task.modality == "tabular":
        return [columns_model((task.name,))] if name == COLUMNS else feature_models(Path(name), (task.name,))
    if name.startswith(DEMO_PREFIX) or name == WHOLE_ZOO:
        zoo = [spec.id for spec in demo_models() if task.name in spec.tasks]
        return [demo_model(model, task.name) for model in (zoo if name == WHOLE_ZOO else [name])]
    if name.startswith(LOCAL_PREFIX):
        return [local_root_model(name, models_dir, wanted=task.modality, tasks=(task.name,))]
    if Path(name).expanduser().is_file():
        refuse_model_file(name)
    if Path(name).expanduser().is_dir():
        return local_models(Path(name).expanduser(), wanted=task.modality, tasks=(task.name,))
    return hub_models(name, task)


def hub_models(names: str, task: TaskCategory) -> list[ModelSpec]:
    """Resolve comma-separated Hub ids to candidate models, without the network.

    They carry the facts of the shipped table until their files are downloaded. A branch, tag or commit
    follows an ``@`` and stays in the id, so that two revisions of a model have a row each.

    Raises
    ------
    InputError
        If a name cannot be a Hub id.
    """
    specs = []
    for written in [name.strip() for name in names.split(",") if name.strip()]:
        name = hub_id(written)
        refuse_model_file(name)
        match = HUB_ID.fullmatch(name)
        if match is None or name.startswith("."):
            raise InputError(
                f"{written!r} is neither a folder here nor a Hub id like 'google/vit-base-patch16-224'.",
                hint="Expected a folder with config.json, org/name, org/name@revision, or the address of a "
                "model's page on the Hub.",
            )
        specs.append(
            _with_facts(ModelSpec(name, "hub", task.modality, match["revision"], tasks=(task.name,)))
        )
    return specs


def _with_facts(spec: ModelSpec) -> ModelSpec:
    """Add the facts of the shipped table to a Hub model: its parameters are approximate, its head unknown."""
    known = known_candidate(spec.id)
    if known is None:
        return spec
    return replace(spec, n_parameters=known.n_parameters, width=known.width, licence=known.licence)
