"""Why a sample is worth a look, in words."""

from __future__ import annotations

from ptmrank_core.records import ProbeResult, RunResult, Samples
from ptmrank_core.results.look.residuals import Unexpected
from ptmrank_core.results.phrases import bidi_isolate, percent, say_label

__all__ = ["doubt", "missing", "outlier", "stray", "twin", "unexpected"]

NO_PROBES = (
    "This run fitted no linear probes and kept no neighbours, so there is nothing to go by: rank the samples "
    "again with probes; their features are kept."
)


def _models(n_agree: int, n_models: int) -> str:
    """Count models: ``9 of 11 models``, ``all 11 models``, ``the only model``."""
    if n_models == 1:
        return "the only model"
    return f"all {n_models} models" if n_agree == n_models else f"{n_agree} of {n_models} models"


def doubt(label: str, other: str, n_wrong: int, n_other: int, n_models: int) -> str:
    """Say which class the probes take a sample for."""
    took = (
        f"the probes of {_models(n_wrong, n_models)} do not take it for {bidi_isolate(label)}"
        if n_models > 1
        else f"the only probe does not take it for {bidi_isolate(label)}"
    )
    if n_wrong == 0:
        return f"Probes are in doubt whether it is {bidi_isolate(label)} or {bidi_isolate(other)}."
    if n_other == n_wrong:
        return f"T{took[1:]} but for {bidi_isolate(other)}."
    return f"T{took[1:]}; {n_other} say {bidi_isolate(other)}."


def unexpected(samples: Samples, one: Unexpected) -> str:
    """Say what the probes expect in the place of a target."""
    name = bidi_isolate(samples.class_names[one.column])
    who = _models(one.n_agree, one.n_models)
    if samples.target_kind == "multilabel":
        return (
            f"It has the label {name}, which the probes of {who} do not expect."
            if one.deviations > 0
            else f"It has no label {name}, though the probes of {who} expect it."
        )
    value = samples.labels.reshape(samples.n_samples, -1)[one.row, one.column]
    what = f"Its {name} is" if samples.labels.ndim > 1 else "It is"
    return (
        f"{what} {value:.4g}, far {'above' if one.deviations > 0 else 'below'} the {one.predicted:.4g} "
        f"that is predicted: {abs(one.deviations):.1f} times the usual error, under {who}."
    )


def twin(samples: Samples, row: int, n_agree: int, n_models: int, *, is_same: bool) -> str:
    """Say which other sample is nearly the same."""
    which = f"Nearly the same as {bidi_isolate(samples.names[row])}"
    if is_same:
        return f"{which}, which has its label, under {_models(n_agree, n_models)}."
    label = bidi_isolate(say_label(samples, row))
    return f"{which}, which is labelled {label}, under {_models(n_agree, n_models)}."


def stray(other: str, share: float, n_agree: int, n_models: int) -> str:
    """Say of which class the neighbours are."""
    return (
        f"{percent(share)} of its nearest neighbours are {bidi_isolate(other)}, and most of them under "
        f"{_models(n_agree, n_models)}."
    )


def outlier(n_agree: int, n_models: int) -> str:
    """Say that a sample stands alone."""
    return f"Unusually far from all other samples under {_models(n_agree, n_models)}."


def missing(result: RunResult, *, has_voices: bool, has_neighbours: bool) -> tuple[str, ...]:
    """Say what could not be looked at, and what to do about it."""
    if not result.plan.analyses.probe:
        return (NO_PROBES,)
    if not result.state.is_finished():
        return ("Probes and neighbours are still being computed: the list grows.",)
    notes = []
    if not has_voices:
        notes.append("No probe tells the classes apart better than chance: no label can be doubted by them.")
    if not has_neighbours:
        why = (
            "Neighbours are kept of up to 20,000 samples."
            if result.samples.n_samples > 20_000
            else "It may be of a former version: ranked again, its features are taken from the cache."
        )
        notes.append(
            f"No neighbours are kept of this run: near-duplicates and outliers are not looked for. {why}"
        )
    probes = result.contents(ProbeResult)
    if (
        result.samples.target_kind == "classification"
        and probes
        and all(probe.probabilities is None for probe in probes.values())
    ):
        notes.append(
            "The probes of this run kept what they predict and not how sure they are: labels are doubted by "
            "counting models alone."
        )
    return tuple(notes)
