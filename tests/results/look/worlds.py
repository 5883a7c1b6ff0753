"""Runs of made-up models on samples in which something is planted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.pieces.probe import pack_probabilities
from ptmrank_core.probing import fit_probe
from ptmrank_core.projection.nearest import nearest_of_all
from ptmrank_core.records import (
    BytesBlob,
    Finding,
    ModelSpec,
    Neighbourhoods,
    ProbeResult,
    RunResult,
    RunState,
    Samples,
    TargetKind,
    pack_array,
)
from tests.plans import plan_of

__all__ = ["labelled", "looked_at", "seen_by_models"]


def labelled(labels: NDArray[Any], kind: TargetKind = "classification", names: Any = None) -> Samples:
    """Samples with these labels; their digests are those of SHA-256 in length."""
    n_samples = len(labels)
    classes = names or (
        tuple(f"class {code}" for code in range(int(labels.max()) + 1))
        if kind == "classification"
        else tuple(f"target {k}" for k in range(labels.reshape(n_samples, -1).shape[1]))
    )
    return Samples(
        "tabular",
        tuple(f"row {row}" for row in range(n_samples)),
        tuple(BytesBlob(b"") for _ in range(n_samples)),  # type: ignore[arg-type] - never decoded
        labels,
        classes,
        tuple(f"{row:064x}" for row in range(n_samples)),
        (),
        "x.csv",
        target_kind=kind,
    )


def seen_by_models(true: NDArray[Any], n_models: int = 4, strength: float = 5.0) -> dict[str, NDArray[Any]]:
    """Features of models that see the true classes, and of one that sees nothing."""
    rng = np.random.default_rng(0)
    n_samples, n_classes = len(true), int(true.max()) + 1
    models = {
        f"model {k}": rng.normal(size=(n_samples, 12))
        + strength * rng.permutation(np.eye(12))[:n_classes][true]
        for k in range(n_models)
    }
    return models | {"blind": rng.normal(size=(n_samples, 12))}


def _probe(features: NDArray[Any], samples: Samples) -> ProbeResult:
    is_classes = samples.target_kind == "classification"
    given = {"labels": samples.labels} if is_classes else {"targets": samples.labels}
    probe = fit_probe(features, **given)
    return ProbeResult(
        measure=probe.measure,
        value=probe.value,
        folds=probe.folds,
        knn=probe.knn,
        scale=1.0,
        predictions=tuple(probe.predictions.tolist()),
        losses=tuple(probe.losses.tolist()),
        probabilities=pack_probabilities(probe, samples.labels if is_classes else None),
    )


def looked_at(features: Mapping[str, NDArray[Any]], samples: Samples, **plan: Any) -> RunResult:
    """A finished run with the probes and neighbours of these features."""
    specs = [ModelSpec(model, "features", samples.modality) for model in features]
    findings = []
    for model, own in features.items():
        rows, distances = nearest_of_all(own, 10)
        near = Neighbourhoods(pack_array(rows), pack_array(distances))
        findings += [
            Finding(ProbeResult.KIND, model, _probe(own, samples), 0.0),
            Finding(Neighbourhoods.KIND, model, near, 0.0),
        ]
    planned = replace(plan_of(specs, ["logme"]), **plan)
    return RunResult(planned, RunState.FINISHED, samples.summary(), (), {}, {}, 0.0, findings=tuple(findings))
