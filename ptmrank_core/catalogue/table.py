"""The shipped table: models by task category, and their facts, without the network."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from ptmrank_core.catalogue.candidates import Candidate
from ptmrank_core.catalogue.tasks.kinds import AnyCategory
from ptmrank_core.config import ASSETS
from ptmrank_core.errors import InputError

__all__ = ["FIELDS", "TABLE", "known_candidate", "nearest_ids", "shipped_candidates", "shipped_table"]

TABLE = ASSETS / "catalogue" / "models.json"
FIELDS = (
    "id",
    "modality",
    "tasks",
    "starter_of",
    "family",
    "model_type",
    "loader",
    "hurdle",
    "is_pooled",
    "n_parameters",
    "n_encoder_parameters",
    "width",
    "pretraining",
    "licence",
    "year",
    "is_gated",
    "source_head",
    "n_source_classes",
    "input_size",
    "downloads",
    "reuse_repositories",
    "peatmoss_id",
    "note",
)


@lru_cache(maxsize=1)
def shipped_table() -> Mapping[str, Candidate]:
    """Read the shipped table once: every model by its current id.

    Raises
    ------
    InputError
        If the table is not beside the package, or is damaged.
    """
    try:
        content = json.loads(TABLE.read_text(encoding="utf-8"))
        names, date = content["fields"], content["peatmoss_date"]
        rows = [dict(zip(names, row, strict=True)) for row in content["models"]]
        models = [_candidate(row, date) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"The table of models {TABLE} cannot be read: {error}.",
            hint="Run from a clone of the repository.",
        ) from error
    return MappingProxyType({model.id: model for model in models})


def _candidate(row: dict[str, object], date: str) -> Candidate:
    facts = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    downloads_of = None if row["downloads"] is None else date
    return Candidate(**facts, downloads_of=downloads_of)  # type: ignore[arg-type] # a test reads the file


@lru_cache(maxsize=1)
def _by_any_id() -> Mapping[str, Candidate]:
    """Index every model by its current id, its id in PeaTMOSS and either in lower case."""
    old = {model.peatmoss_id: model for model in shipped_table().values() if model.peatmoss_id}
    known = {**old, **shipped_table()}
    return MappingProxyType({name.lower(): model for name, model in known.items()} | known)


def known_candidate(model_id: str) -> Candidate | None:
    """Find a model of the table by its current id or that of PeaTMOSS; ``None`` if there is none.

    A revision after an ``@`` and upper or lower case are ignored, as by the Hub.
    """
    name = model_id.partition("@")[0]
    return _by_any_id().get(name) or _by_any_id().get(name.lower())


def nearest_ids(model_id: str) -> list[str]:
    """List the ids of the table that resemble an unknown one, the most similar first."""
    name = model_id.partition("@")[0].lower()
    by_small_name = {key.lower(): model.id for key, model in _by_any_id().items()}
    close = difflib.get_close_matches(name, by_small_name, n=3, cutoff=0.8)
    return list(dict.fromkeys(by_small_name[key] for key in close))


def shipped_candidates(task: AnyCategory) -> list[Candidate]:
    """List the models of a task category by downloads, with those of unknown downloads last.

    A category that the Hub has since merged into another lists the models of that one if it has none itself.
    """
    names = (task.name, *((task.hub_name,) if task.hub_name else ()))
    models = shipped_table().values()
    by_name = ([model for model in models if name in model.tasks] for name in names)
    listed = next((matching for matching in by_name if matching), [])
    return sorted(listed, key=lambda m: -1 if m.downloads is None else m.downloads, reverse=True)
