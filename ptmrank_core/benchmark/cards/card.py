"""The run card: the scores of a run and everything that they depend on, as JSON.

With the card, the models and the samples, the run can be repeated on another machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ptmrank_core.benchmark.cards.race import CardRace, race_of
from ptmrank_core.benchmark.plan import LABEL_ENCODER_REVISION
from ptmrank_core.benchmark.store.codec import to_json
from ptmrank_core.benchmark.store.former import plan_with_controls, with_report
from ptmrank_core.errors import InputError
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import (
    Cell,
    ExtractionReport,
    Failure,
    ModelOutcome,
    ModelSpec,
    RunPlan,
    RunResult,
    RunState,
    SamplesSummary,
    Score,
    decode,
)
from ptmrank_core.records.foreign import read_json_file

__all__ = [
    "CARD_FORMAT",
    "CardCell",
    "ModelConditions",
    "RunCard",
    "make_card",
    "portable_model",
    "read_card",
    "run_card",
]

# 1: extraction facts beside the revision of each model. 2: in an extraction report of their own.
CARD_FORMAT = 2
READABLE_FORMATS = (1, 2)
EXPECTED = "Expected the card.json of a run."


@dataclass(frozen=True, slots=True)
class CardCell:
    """One cell of a run: its value, or the reason why it has none.

    Parameters
    ----------
    model, metric
        Their names.
    value
        The score; ``None`` if there is none.
    reason
        Why there is no score; empty if there is one.
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
    """The conditions under which one model was run.

    Parameters
    ----------
    revision
        Its exact revision; ``None`` if unknown.
    n_features
        Width of its embeddings.
    report
        How its features were extracted.
    """

    revision: str | None
    n_features: int | None
    report: ExtractionReport


@dataclass(frozen=True, slots=True)
class RunCard:
    """The scores of a run and everything that they depend on.

    Parameters
    ----------
    run_card
        Version of this format.
    plan
        The plan with all its options, with the models as the run resolved them.
    state
        State of the run.
    samples
        Summary of the samples.
    conditions
        By model: the actual revision, dtype, device and batch size.
    metric_versions
        Version of each metric of the plan.
    environment
        Software versions, and other recorded facts.
    cells
        Every decided cell.
    race
        The race of the run; ``None`` if it had none.
    """

    run_card: int
    plan: RunPlan
    state: RunState
    samples: SamplesSummary
    conditions: Mapping[str, ModelConditions]
    metric_versions: Mapping[str, int]
    environment: Mapping[str, str]
    cells: tuple[CardCell, ...]
    race: CardRace | None = None


def make_card(result: RunResult) -> RunCard:
    """Make the card of a run."""
    outcomes = result.outcomes
    models = tuple(
        portable_model(outcomes[own.id].spec if own.id in outcomes else own, own)
        for own in result.plan.models
    )
    return RunCard(
        run_card=CARD_FORMAT,
        plan=replace(result.plan, models=models, label_encoder=_label_encoder(result)),
        state=result.state,
        samples=result.samples,
        conditions={model: _conditions(outcome) for model, outcome in outcomes.items()},
        metric_versions={name: METRICS[name].version for name in result.plan.metrics if name in METRICS},
        environment=dict(result.environment),
        cells=tuple(_card_cell(cell) for cell in (*result.cells, *result.layer_cells)),
        race=race_of(result),
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
    """Return the text model for the class names, with its exact revision if it has been run."""
    spec = result.plan.label_encoder
    revision = result.environment.get(LABEL_ENCODER_REVISION)
    return None if spec is None else replace(portable_model(spec, spec), revision=revision or spec.revision)


def portable_model(spec: ModelSpec, planned: ModelSpec) -> ModelSpec:
    """Drop the paths of a Hub or demo model, which differ between machines, and of a merged copy."""
    if spec.base is not None:
        spec = replace(spec, path=planned.path, base=replace(spec.base, path=None))
    return replace(spec, path=None, source_samples=None) if spec.source in {"hub", "demo"} else spec


def _revision_of(spec: ModelSpec) -> str | None:
    """Return the revision of a model, with that of its base for an adapter."""
    return spec.revision if spec.base is None else f"{spec.revision} on {spec.base.revision}"


def _conditions(outcome: ModelOutcome) -> ModelConditions:
    return ModelConditions(
        revision=_revision_of(outcome.spec),
        n_features=outcome.n_features,
        report=outcome.report,
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
        If the file cannot be read or is not a valid card; the message names the field.
    """
    path = Path(path).expanduser()
    try:
        fields = read_json_file(path, unique=True).value
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror}.", hint=EXPECTED) from error
    except ValueError as error:
        raise InputError(f"{str(path)!r} {error}.", hint=EXPECTED) from error
    if not isinstance(fields, dict) or "run_card" not in fields:
        raise InputError(f"{str(path)!r} is not a run card: it has no field run_card.", hint=EXPECTED)
    if fields["run_card"] not in READABLE_FORMATS:
        raise InputError(
            f"card.run_card is {fields['run_card']!r}; this version reads the formats "
            f"{' and '.join(map(str, READABLE_FORMATS))}.",
            hint="Use the version of PTMRank that wrote it.",
        )
    fields = fields | {"plan": plan_with_controls(fields["plan"])} if "plan" in fields else fields
    card = decode(RunCard, _with_reports(fields), "card")
    known = {spec.id for spec in card.plan.models}
    for index, cell in enumerate(card.cells):
        if cell.model not in known:
            raise InputError(
                f"card.cells[{index}].model is {cell.model!r}, which is not in card.plan.models."
            )
    return card


def _with_reports(fields: dict[str, Any]) -> dict[str, Any]:
    """Upgrade a card of the first format; malformed parts are left to the decoder, which names them."""
    conditions = fields.get("conditions")
    if fields["run_card"] != 1 or not isinstance(conditions, dict):
        return fields
    upgraded = {
        model: with_report(facts, kept=("revision", "n_features")) if isinstance(facts, dict) else facts
        for model, facts in conditions.items()
    }
    return fields | {"run_card": CARD_FORMAT, "conditions": upgraded}
