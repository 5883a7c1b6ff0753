"""The run card: everything that the numbers of a run depend on, and the numbers, as JSON.

Whoever has the card, the models and the samples can do the run again on another machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ptmrank_core.benchmark.cards.decoding import decode
from ptmrank_core.benchmark.plan import LABEL_ENCODER_REVISION
from ptmrank_core.benchmark.store.codec import to_json
from ptmrank_core.errors import InputError
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import (
    Cell,
    Failure,
    ModelOutcome,
    ModelSpec,
    RunPlan,
    RunResult,
    RunState,
    SamplesSummary,
    Score,
)

__all__ = ["CARD_FORMAT", "CardCell", "ModelConditions", "RunCard", "make_card", "read_card", "run_card"]

CARD_FORMAT = 1
EXPECTED = "Expected the card.json of a run."


@dataclass(frozen=True, slots=True)
class CardCell:
    """One cell of a run: its value, or why it has none.

    Parameters
    ----------
    model, metric
        What it is of.
    value
        The score; ``None`` where there is none.
    reason
        Why there is none; empty where there is one.
    layer
        The hidden layer; ``None`` for the model itself.
    """

    model: str
    metric: str
    value: float | None
    reason: str = ""
    layer: int | None = None


@dataclass(frozen=True, slots=True)
class ModelConditions:
    """What one model came to run with.

    Parameters
    ----------
    revision
        Its exact revision; ``None`` where that was not known.
    dtype
        What it computed in.
    device
        Where it ran; ``None`` where all its features came from the cache.
    batch_size
        Samples in a batch of the longest; ``None`` where that is not known.
    n_features
        Width of its embeddings.
    """

    revision: str | None
    dtype: str
    device: str | None
    batch_size: int | None
    n_features: int | None


@dataclass(frozen=True, slots=True)
class RunCard:
    """Everything that the numbers of a run depend on, and the numbers.

    Parameters
    ----------
    run_card
        Version of this format.
    plan
        What was to be done, with the models as the run resolved them: options as they were asked for.
    state
        How far the run was.
    samples
        What the samples were.
    conditions
        By model: the options as they came out.
    metric_versions
        Version of each metric of the plan.
    environment
        Versions of whatever computes.
    cells
        Every decided cell.
    """

    run_card: int
    plan: RunPlan
    state: RunState
    samples: SamplesSummary
    conditions: Mapping[str, ModelConditions]
    metric_versions: Mapping[str, int]
    environment: Mapping[str, str]
    cells: tuple[CardCell, ...]


def make_card(result: RunResult) -> RunCard:
    """Make the card of a run."""
    outcomes = result.outcomes
    models = tuple(_portable(outcomes[s.id].spec if s.id in outcomes else s) for s in result.plan.models)
    return RunCard(
        run_card=CARD_FORMAT,
        plan=replace(result.plan, models=models, label_encoder=_label_encoder(result)),
        state=result.state,
        samples=result.samples,
        conditions={model: _conditions(outcome) for model, outcome in outcomes.items()},
        metric_versions={name: METRICS[name].version for name in result.plan.metrics if name in METRICS},
        environment=dict(result.environment),
        cells=tuple(_card_cell(cell) for cell in (*result.cells, *result.layer_cells)),
    )


def run_card(result: RunResult) -> dict[str, Any]:
    """Make the card of a run as JSON.

    Returns
    -------
    dict
        The fields of :class:`RunCard`, in plain JSON types.
    """
    card: dict[str, Any] = json.loads(to_json(make_card(result)))
    return card


def _label_encoder(result: RunResult) -> ModelSpec | None:
    """Return the text model for the class names, with its exact revision where it was run."""
    spec = result.plan.label_encoder
    revision = result.environment.get(LABEL_ENCODER_REVISION)
    return None if spec is None else replace(_portable(spec), revision=revision or spec.revision)


def _portable(spec: ModelSpec) -> ModelSpec:
    """Forget where a model of the Hub or of the demo lies on this machine: every other has its own place."""
    return replace(spec, path=None, source_samples=None) if spec.source in {"hub", "demo"} else spec


def _conditions(outcome: ModelOutcome) -> ModelConditions:
    return ModelConditions(
        revision=outcome.spec.revision,
        dtype=outcome.dtype,
        device=outcome.device,
        batch_size=outcome.batch_size,
        n_features=outcome.n_features,
    )


def _card_cell(cell: Cell) -> CardCell:
    if isinstance(cell, Score):
        return CardCell(cell.model, cell.metric, cell.value, layer=cell.layer)
    if isinstance(cell, Failure):
        reason = f"failed at {cell.stage}: {cell.message}"
    else:
        reason = f"does not apply: {cell.reason}"
    return CardCell(cell.model, cell.metric, None, reason, cell.layer)


def read_card(path: str | Path) -> RunCard:
    """Read a run card.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        If it cannot be read, or is no card that can be understood; the message names the field.
    """
    path = Path(path).expanduser()
    try:
        fields = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror}.", hint=EXPECTED) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{str(path)!r} is not JSON: {error}.", hint=EXPECTED) from error
    if not isinstance(fields, dict) or "run_card" not in fields:
        raise InputError(f"{str(path)!r} is no run card: it has no field run_card.", hint=EXPECTED)
    if fields["run_card"] != CARD_FORMAT:
        raise InputError(
            f"card.run_card is {fields['run_card']!r}; this version reads format {CARD_FORMAT}.",
            hint="Use the version of PTMRank that wrote it.",
        )
    card = decode(RunCard, fields, "card")
    known = {spec.id for spec in card.plan.models}
    for index, cell in enumerate(card.cells):
        if cell.model not in known:
            raise InputError(f"card.cells[{index}].model is {cell.model!r}, which is no model of card.plan.")
    return card
