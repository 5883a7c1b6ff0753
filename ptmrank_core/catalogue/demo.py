"""The demo zoo: small real checkpoints that live in the repository."""

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

__all__ = ["DEMO_PREFIX", "DEMO_ZOO", "demo_model", "demo_models"]

DEMO_ZOO = ASSETS / "demo" / "zoo"
DEMO_PREFIX = "demo:"


@lru_cache(maxsize=1)
def demo_models() -> tuple[ModelSpec, ...]:
    """List the models of the demo zoo; ids are ``demo:NAME``.

    Raises
    ------
    InputError
        If the assets are not beside the package.
    """
    if not DEMO_ZOO.is_dir():
        raise InputError(f"The demo zoo is not at {DEMO_ZOO}.", hint="Run from a clone of the repository.")
    facts: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for path in sorted(DEMO_ZOO.parent.glob("*/zoo.json")):  # one for each demo samples
        models = json.loads(path.read_text(encoding="utf-8"))["models"]
        facts |= models
        kept = {name: path.parent / "sources" / f"{fact['source_task']}.zip" for name, fact in models.items()}
        sources |= {name: str(source) for name, source in kept.items() if source.is_file()}
    return tuple(
        replace(
            spec,
            id=f"{DEMO_PREFIX}{spec.id}",
            source="demo",
            width=facts[Path(spec.path or "").name]["width"],
            licence="mit",
            source_samples=sources.get(Path(spec.path or "").name),
        )
        for spec in local_models(DEMO_ZOO)
    )


@lru_cache(maxsize=256)
def demo_model(model_id: str, task: str) -> ModelSpec:
    """Look one model of the demo zoo up, as a candidate for a task category.

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
