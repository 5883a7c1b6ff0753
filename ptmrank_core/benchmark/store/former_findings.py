"""Upgrading the findings of versions up to 0.1.0, each a mapping with the keys of its analysis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from ptmrank_core.records import VALUE, FineTuning, PermutedScores, TrainingResult

__all__ = ["upgrade_finding"]

PERMUTED = "permuted:"


def upgrade_finding(former: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a finding's former JSON to the present format.

    Parameters
    ----------
    former
        ``kind``, ``subject``, ``payload``, ``seconds`` and ``problem``.
    """
    kind, subject, payload = former["kind"], former["subject"], former["payload"]
    if kind == "controls" and subject.startswith(PERMUTED):
        kind, subject = PermutedScores.KIND, subject.removeprefix(PERMUTED)
    upgrade = UPGRADES.get(kind, dict)
    return {
        "kind": kind,
        "subject": subject,
        "content": upgrade(payload) if payload else None,
        "seconds": former["seconds"],
        "problem": former["problem"],
    }


def _probe(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Upgrade a probe, whose value stood under the name of its measure."""
    measure = payload["measure"]
    unchanged = ("scale", "predictions", "losses", "notes")
    return {
        "measure": measure,
        "value": payload.get(measure),
        "folds": payload.get("folds", []),
        "knn": payload.get("knn"),
        "n_classes": payload.get("classes"),
        "scale": 0.0,
        **{name: payload[name] for name in unchanged if name in payload},
    }


def _parts(score: Any) -> dict[str, float] | None:
    """Upgrade a score that was stored as a number, or as its components alone."""
    if score is None:
        return None
    if not isinstance(score, Mapping):
        return {VALUE: score}
    return {VALUE: sum(score.values()), **score}


def _half_samples_of_model(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Upgrade half-samples, whose metrics stood beside the growth, with the value under an empty name."""
    scores = {
        metric: [
            None if parts is None else {name or VALUE: value for name, value in parts.items()}
            for parts in halves
        ]
        for metric, halves in payload.items()
        if metric != "growth"
    }
    return {"scores": scores, "growth": payload.get("growth", {})}


def _half_samples(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"growth": {}, **payload}


def _part_scores(payload: Mapping[str, Any]) -> dict[str, Any]:
    scores = {
        metric: [[_parts(score) for score in draws] for draws in fractions]
        for metric, fractions in payload["scores"].items()
    }
    return {"sizes": payload["sizes"], "scores": scores}


def _control(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {**payload, "scores": {metric: _parts(score) for metric, score in payload["scores"].items()}}


def _permuted(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "scores": {metric: [_parts(score) for score in draws] for metric, draws in payload["scores"].items()}
    }


def _fine_tuning(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Upgrade fine-tuning: nest the fields of the training, which stood beside its seed and note."""
    names = [field.name for field in fields(TrainingResult)]
    return {
        "training": {name: payload[name] for name in names},
        "seed": payload["seed"],
        "note": payload["note"],
    }


UPGRADES: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = MappingProxyType(
    {
        "probe": _probe,
        "halves": _half_samples,
        "halves of model": _half_samples_of_model,
        "sample-size": _part_scores,
        "controls": _control,
        PermutedScores.KIND: _permuted,
        FineTuning.KIND: _fine_tuning,
    }
)
