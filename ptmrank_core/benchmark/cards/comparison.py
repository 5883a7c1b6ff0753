"""Comparing a run with its replay: cell by cell, and in their conditions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ptmrank_core.benchmark.cards.card import RunCard
from ptmrank_core.benchmark.cards.race import race_differences

__all__ = ["RTOL", "CellDifference", "Condition", "Differences", "compare_cards"]

# Features recomputed on the same machine differ by the rounding of float32.
RTOL = 1e-5
Verdict: TypeAlias = Literal["identical", "equal", "differs", "missing", "new"]


@dataclass(frozen=True, slots=True)
class CellDifference:
    """One cell in both runs.

    Parameters
    ----------
    model, metric, layer
        The cell; layer ``None`` for the model itself.
    card, here
        Its value in the card and in the replay; ``None`` if there is none.
    absolute, relative
        ``here - card``, and that divided by the magnitude of ``card``; ``None`` if one of the values is
        missing; the relative difference is also ``None`` if the card's value is 0.
    verdict
        ``"identical"``; ``"equal"`` within rounding; ``"differs"``; ``"missing"`` or ``"new"`` in the replay.
    reason
        Why a value is missing; empty if none is.
    """

    model: str
    metric: str
    layer: int | None
    card: float | None
    here: float | None
    absolute: float | None
    relative: float | None
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in which the two runs differ.

    Parameters
    ----------
    name
        Name of the condition: ``"numpy"``, ``"revision of google/vit"``, ``"samples"``.
    card, here
        Its value in the card and in the replay; ``None`` if unknown.
    """

    name: str
    card: str | None
    here: str | None


@dataclass(frozen=True, slots=True)
class Differences:
    """The differences between a run and its replay.

    Parameters
    ----------
    cells
        Every cell that has a value in one of the runs.
    conditions
        The conditions that differ.
    """

    cells: tuple[CellDifference, ...]
    conditions: tuple[Condition, ...]

    @property
    def is_equal(self) -> bool:
        """Whether every cell of the card has the same value in the replay, within rounding."""
        return all(cell.verdict in {"identical", "equal"} for cell in self.cells)


def compare_cards(card: RunCard, here: RunCard, *, rtol: float = RTOL) -> Differences:
    """Compare a run with its replay.

    Parameters
    ----------
    card
        The card of the run.
    here
        The card of the replay.
    rtol
        Relative difference up to which two values count as equal.
    """
    return Differences(tuple(_cells(card, here, rtol)), tuple(_conditions(card, here)))


def _cells(card: RunCard, here: RunCard, rtol: float) -> Iterator[CellDifference]:
    old, new = ({(cell.model, cell.metric, cell.layer): cell for cell in run.cells} for run in (card, here))
    for name in dict.fromkeys((*old, *new)):
        before, now = (cells[name].value if name in cells else None for cells in (old, new))
        if before is None and now is None:
            continue
        if before is None or now is None:
            lacking, verdict = (new, "missing") if now is None else (old, "new")
            reason = lacking[name].reason if name in lacking else "not decided"
            yield CellDifference(*name, before, now, None, None, verdict, reason)  # type: ignore[arg-type]
        else:
            yield _difference(name, before, now, rtol)


def _difference(name: tuple[str, str, int | None], card: float, here: float, rtol: float) -> CellDifference:
    verdict: Verdict = "differs"
    if card == here:
        verdict = "identical"
    elif math.isclose(card, here, rel_tol=rtol):
        verdict = "equal"
    relative = (here - card) / abs(card) if card else None
    return CellDifference(*name, card, here, here - card, relative, verdict)


def _conditions(card: RunCard, here: RunCard) -> Iterator[Condition]:
    """Yield the conditions that differ, the most important first."""
    pairs: list[tuple[str, Any, Any]] = [
        ("samples", card.plan.samples_fingerprint, here.plan.samples_fingerprint),
        ("number of samples", card.samples.n_samples, here.samples.n_samples),
    ]
    for model, (before, now) in _both(card.conditions, here.conditions).items():
        if before is None or now is None:
            continue  # its cells are missing, with the reason
        pairs += [
            (f"revision of {model}", before.revision, now.revision),
            (f"dtype of {model}", before.report.dtype, now.report.dtype),
        ]
        for what in ("device", "batch_size"):
            pair = getattr(before.report, what), getattr(now.report, what)
            if None not in pair:  # otherwise all features came from a cache
                pairs.append((f"{what.replace('_', ' ')} of {model}", *pair))
        pairs.append((f"n features of {model}", before.n_features, now.n_features))
    pairs += [
        (f"version of {name}", *pair)
        for name, pair in _both(card.metric_versions, here.metric_versions).items()
    ]
    per_model = {"device", "dtype", "batch_size"}  # compared for each model above
    pairs += [
        (name, *pair)
        for name, pair in _both(card.environment, here.environment).items()
        if name not in per_model
    ]
    for name, before, now in pairs:
        if before != now:
            yield Condition(name, *(None if value is None else str(value) for value in (before, now)))
    yield from (Condition(*difference) for difference in race_differences(card.race, here.race))


def _both(card: Mapping[str, Any], here: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Pair the entries of two mappings by their names."""
    return {name: (card.get(name), here.get(name)) for name in dict.fromkeys((*card, *here))}
