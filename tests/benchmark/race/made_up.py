"""Races of made-up models, whose worth is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ptmrank_core.benchmark.race.beliefs import RaceFacts, Runner
from ptmrank_core.records import DoseStage, RaceDose, RaceParts

FACTS = RaceFacts("accuracy", 0.1, RaceParts(training=360, choosing=120, judging=120, seed=0), epochs=8)


def dose(
    model: str,
    epochs: float,
    value: float | None,
    *,
    stage: DoseStage = "full",
    losses: tuple[float, ...] = (),
    problem: str = "",
) -> RaceDose:
    """A dose of all training samples."""
    error = None if value is None else float(np.sqrt(max(0.0, value * (1 - value)) / 120))
    return RaceDose(
        model=model,
        number=0,
        stage=stage,
        measure="accuracy",
        value=value,
        standard_error=error,
        losses=losses,
        curve=() if value is None else ((epochs, value),),
        n_train=360,
        epochs=epochs,
        learning_rate=0.001,
        seconds=epochs,
        problem=problem,
    )


def runner(
    model: str, probe: float | None, values: Mapping[float, float] | None = None, *, seconds: float = 1.0
) -> Runner:
    """A model with its probe, and values by passes."""
    doses = tuple(dose(model, epochs, value) for epochs, value in (values or {}).items())
    return Runner(model, probe, seconds, doses)
