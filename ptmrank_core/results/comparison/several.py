"""Up to six runs side by side: the place of each model in each, how alike the orders are, what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ptmrank_core.errors import InputError
from ptmrank_core.records import Ranking, RunResult
from ptmrank_core.records.names import join_words
from ptmrank_core.results.comparison.pair import Likeness, features_of, likeness_of, parts_apart, shown_value
from ptmrank_core.results.ranking import rank_result

__all__ = ["MOST_COMPARED", "Feature", "SeveralRuns", "compare_several", "several_sentence"]

MOST_COMPARED = 6


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that not all runs have alike.

    Parameters
    ----------
    name
        What it is.
    values
        Its value in each run; ``None`` where it is not known or not there.
    """

    name: str
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class SeveralRuns:
    """Several runs side by side.

    Parameters
    ----------
    runs
        Their ids.
    shared
        Models that all of them rank, in the order of the first run, each with its place in each run among
        these models.
    places
        Every candidate of any run, the shared ones first -> its place in each run among all that the run
        ranks; ``None`` where it has none.
    first
        The model at the first place of each run; ``None`` where nothing is ranked.
    agreement
        How alike the orders of each two runs are: a row and a column for each run.
    features
        What else the runs differ in, the most important first.
    """

    runs: tuple[str, ...]
    shared: Mapping[str, tuple[int, ...]]
    places: Mapping[str, tuple[int | None, ...]]
    first: tuple[str | None, ...]
    agreement: tuple[tuple[Likeness, ...], ...]
    features: tuple[Feature, ...]


def compare_several(results: Sequence[RunResult]) -> SeveralRuns:
    """Compare two to six runs.

    Parameters
    ----------
    results
        Any runs; models are the same where their ids are. Only candidates are compared.

    Raises
    ------
    InputError
        If there are fewer than two runs or more than six.
    """
    if not 2 <= len(results) <= MOST_COMPARED:
        raise InputError(f"{len(results)} runs are to be compared; expected 2 to {MOST_COMPARED}.")
    rankings = [rank_result(result) for result in results]
    common = [model for model in rankings[0].order if all(model in other.order for other in rankings)]
    shared = [_places(ranking, common) for ranking in rankings]
    every = [_places(ranking, ranking.order) for ranking in rankings]
    candidates = dict.fromkeys([*common, *(spec.id for run in results for spec in run.plan.candidates)])
    return SeveralRuns(
        runs=tuple(result.plan.run_id for result in results),
        shared={model: tuple(places[model] for places in shared) for model in common},
        places={model: tuple(places.get(model) for places in every) for model in candidates},
        first=tuple(next(iter(ranking.order), None) for ranking in rankings),
        agreement=tuple(
            tuple(likeness_of(one.mean_ranks, other.mean_ranks) for other in rankings) for one in rankings
        ),
        features=tuple(_features(results)),
    )


def _places(ranking: Ranking, models: Sequence[str]) -> dict[str, int]:
    wanted = set(models)
    ordered = [model for model in ranking.order if model in wanted]
    return {model: place for place, model in enumerate(ordered, start=1)}


def _features(results: Sequence[RunResult]) -> list[Feature]:
    """List what not all runs have alike: candidates, metrics and settings, then facts of shared models."""
    facts = [features_of(result) for result in results]
    models = [
        {name: value for outcome in result.outcomes.values() for name, value in features_of(outcome).items()}
        for result in results
    ]
    in_all = {name for name in models[0] if all(name in other for other in models)}
    found = [Feature(name, values) for name, values in parts_apart(results)]
    for own, names in ((facts, dict.fromkeys(name for one in facts for name in one)), (models, in_all)):
        for name in sorted(names) if isinstance(names, set) else names:
            values = [one.get(name) for one in own]
            if any(value != values[0] for value in values):
                found.append(Feature(name, tuple(map(shown_value, values))))
    return found


def several_sentence(several: SeveralRuns) -> str:
    """Summarise the runs in a sentence or two: which model is first where, and how alike the orders are."""
    first: dict[str, list[str]] = {}
    for number, model in enumerate(several.first, start=1):
        if model is not None:
            first.setdefault(model, []).append(str(number))
    if not first:
        return "No model has a rank in any of these runs: there is nothing to compare."
    if len(first) == 1 and None not in several.first:
        sentence = f"{next(iter(first))} is first in all {len(several.runs)} runs"
    else:
        where = [
            f"{model} in run{'s' if len(runs) > 1 else ''} {join_words(runs)}"
            for model, runs in first.items()
        ]
        sentence = f"First: {'; '.join(where)}"
    taus = [
        likeness.tau
        for number, row in enumerate(several.agreement)
        for likeness in row[number + 1 :]
        if likeness.tau is not None
    ]
    if not taus:
        return f"{sentence}. Too few models are ranked in two of them to compare their orders."
    spread = f"{min(taus):.2f} to {max(taus):.2f}" if max(taus) - min(taus) >= 0.005 else f"{taus[0]:.2f}"
    return f"{sentence}. The orders of two runs agree with a Kendall τ of {spread}."
