"""The demo zoo: small real checkpoints that are part of the repository."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ptmrank_core.catalogue.checkpoints import checkpoint_facts
from ptmrank_core.catalogue.local import local_models
from ptmrank_core.config import ASSETS
from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import ModelSpec

__all__ = ["DEMO_PREFIX", "DEMO_ZOO", "default_label_encoder", "demo_model", "demo_models"]

DEMO_ZOO = ASSETS / "demo" / "zoo"
DEMO_PREFIX = "demo:"
# Of the zoo's text models the one that fine-tuning makes the most of.
LABEL_ENCODER = f"{DEMO_PREFIX}modernbert-areas"


@lru_cache(maxsize=1)
def demo_models() -> tuple[ModelSpec, ...]:
    """List the models of the demo zoo; ids are ``demo:NAME``.

    Raises
    ------
    InputError
        If the assets are not beside the package.
    """
    if not DEMO_ZOO.is_dir():
        raise InputError(f"The demo zoo is not at {DEMO_ZOO}.", hint="Install PTMRank again.")
    models = []
    for path in sorted(DEMO_ZOO.parent.glob("*/zoo.json")):  # one for each demo samples
        facts = json.loads(path.read_text(encoding="utf-8"))["models"]
        models += [_demo_model(name, facts[name], path.parent / "sources") for name in sorted(facts)]
    return tuple(models)


def _demo_model(name: str, facts: dict[str, Any], sources: Path) -> ModelSpec:
    """Describe one checkpoint of the zoo, from its files and from the record of its making."""
    (spec,) = local_models(DEMO_ZOO / name)
    source = sources / f"{facts['source_task']}.zip"
    return replace(
        spec,
        id=f"{DEMO_PREFIX}{name}",
        source="demo",
        width=facts["width"],
        licence="mit",
        source_samples=str(source) if source.is_file() else None,
        control=facts.get("control"),
    )


def default_label_encoder() -> ModelSpec | None:
    """Return the text model that embeds class names by default, if the zoo has one."""
    known = [spec.id for spec in demo_models() if spec.modality == "text"]
    if not known:
        return None
    return demo_model(LABEL_ENCODER if LABEL_ENCODER in known else known[0], "feature-extraction")


@lru_cache(maxsize=256)
def demo_model(model_id: str, task: str) -> ModelSpec:
    """Look up one model of the demo zoo, as a candidate for a task category.

    Raises
    ------
    UnknownNameError
        If the zoo has none of this id.
    """
    by_id = {spec.id: spec for spec in demo_models()}
    if model_id not in by_id:
        raise UnknownNameError("demo model", model_id, by_id)
    spec = by_id[model_id]
    return replace(spec, **checkpoint_facts(Path(spec.path or ""), tasks=(task,)))
