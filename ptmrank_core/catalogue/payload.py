"""The catalogue as plain JSON, as the command line prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ptmrank_core.catalogue.candidates import Candidate
from ptmrank_core.catalogue.loading import loading_of
from ptmrank_core.catalogue.table import shipped_candidates
from ptmrank_core.catalogue.tasks.kinds import AnyCategory, TaskCategory

__all__ = ["candidate_payload", "category_payload"]


def category_payload(task: AnyCategory) -> dict[str, Any]:
    """Write a task category: whether labelled samples can rank its models, and with which labels."""
    models = shipped_candidates(task)
    is_rankable = isinstance(task, TaskCategory)
    starters = {task.name, task.hub_name}
    return {
        "name": task.name,
        "domain": task.domain,
        "aliases": list(task.aliases),
        "hub_name": task.hub_name or task.name,
        "in_peatmoss": not task.is_later,
        "rankable": is_rankable,
        "modality": task.modality if isinstance(task, TaskCategory) else None,
        "targets": list(task.target_kinds) if isinstance(task, TaskCategory) else [],
        "labels_of": task.unit if isinstance(task, TaskCategory) else None,
        "idea": task.idea if isinstance(task, TaskCategory) else None,
        "reason": None if isinstance(task, TaskCategory) else task.reason,
        "instead": None if isinstance(task, TaskCategory) else task.instead or None,
        "n_models": len(models),
        "n_starters": sum(bool(starters & set(model.starter_of)) for model in models),
    }


def candidate_payload(model: Candidate, on_disk: Mapping[str, int]) -> dict[str, Any]:
    """Write a candidate: its facts, and whether it loads on this machine.

    Parameters
    ----------
    model
        The candidate.
    on_disk
        Bytes of the models that are on this machine, by id.
    """
    loading = loading_of(model)
    return {
        **asdict(model),
        "licence_class": model.licence_class,
        "loads": loading.verdict,
        "loads_how": loading.words,
        "on_disk": model.id in on_disk,
        "about_bytes": on_disk.get(model.id, model.about_bytes),
    }
