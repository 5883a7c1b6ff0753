"""A run and its samples -> the samples that are worth a look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from ptmrank_core.records import ProbeResult, RunResult, Samples
from ptmrank_core.results.constant_guess import constant_guess
from ptmrank_core.results.look import sentences
from ptmrank_core.results.look.findings import Look, Reason, ReasonKind, Suspect
from ptmrank_core.results.look.nearness import Nearness, astray, near_duplicates, nearness_of, outliers
from ptmrank_core.results.look.pooling import (
    ModelVoice,
    Pooled,
    doubted,
    pool,
    voices_of,
    votes_of_neighbours,
)
from ptmrank_core.results.look.residuals import unexpected
from ptmrank_core.results.phrases import say_label

__all__ = ["look_at_samples"]

MAX_LISTED = 500
# What the kinds tell at most: a near-duplicate under another label is nearly always a mistake in one of the
# two, one under the same label only wastes a label, and an outlier may be as it should be.
OTHER_LABEL, DUPLICATE, OUTLIER, ASTRAY, NUMBER = 0.9, 0.3, 0.5, 0.5, 0.95
Found = tuple[int, Reason]


def look_at_samples(result: RunResult, samples: Samples) -> Look:
    """List the samples that are worth a look, by what all models of a run say together.

    Parameters
    ----------
    result, samples
        A run, and its samples.

    Returns
    -------
    Look
        The most suspect first, at most 500. Of classes: samples that the probes of most models doubt, each
        model weighted by what it reaches above chance out of sample; of numbers and several labels: targets
        far from what most probes predict. Samples among another class, near-duplicates and outliers by the
        neighbours under most candidates.
    """
    labels = np.unique(samples.labels, return_inverse=True)[1] if _is_of_classes(samples) else None
    voices = {} if labels is None else voices_of(result, int(labels.max()) + 1)
    near = nearness_of(result)
    reasons: dict[int, list[Reason]] = defaultdict(list)
    suggestions: dict[int, str] = {}
    if labels is not None and voices:
        chance = constant_guess("accuracy", result.samples) or 0.0
        votes = votes_of_neighbours(list(near.values()), labels)
        pooled = pool(voices.values(), votes, labels, chance=chance)
        for row, reason, suggestion in _doubts(samples, labels, voices, pooled):
            reasons[row].append(reason)
            suggestions[row] = suggestion
    for row, reason in (*_unexpected(result, samples), *_of_neighbours(samples, list(near.values()))):
        reasons[row].append(reason)
    suspects = [
        Suspect(row, tuple(sorted(own, key=lambda reason: -reason.weight)), suggestions.get(row, ""))
        for row, own in reasons.items()
    ]
    suspects.sort(key=lambda suspect: (-suspect.score, suspect.row))
    n_models = max(len(near), sum(voice.is_candidate for voice in voices.values()))
    notes = sentences.missing(result, has_voices=bool(voices) or labels is None, has_neighbours=bool(near))
    return Look(tuple(suspects[:MAX_LISTED]), len(suspects), n_models, notes)


def _is_of_classes(samples: Samples) -> bool:
    return samples.target_kind == "classification"


def _doubts(
    samples: Samples, labels: np.ndarray, voices: dict[str, ModelVoice], pooled: Pooled
) -> Iterator[tuple[int, Reason, str]]:
    """Find labels that the probes doubt."""
    present = np.unique(samples.labels)
    asked = [voice for voice in voices.values() if voice.is_candidate] or list(voices.values())
    for row in doubted(pooled, labels).tolist():
        n_wrong = sum(int(voice.predictions[row] != labels[row]) for voice in asked)
        n_other = sum(int(voice.predictions[row] == pooled.others[row]) for voice in asked)
        other = samples.class_names[int(present[pooled.others[row]])]
        sentence = sentences.doubt(say_label(samples, row), other, n_wrong, n_other, len(asked))
        weight = float((1 + pooled.margins[row]) / 2)
        yield row, Reason("label", weight, sentence, n_wrong, len(asked)), other


def _unexpected(result: RunResult, samples: Samples) -> Iterator[Found]:
    """Find numbers, and labels of several, that the probes do not expect."""
    if _is_of_classes(samples) or not result.contents(ProbeResult):
        return
    for one in unexpected(result, samples):
        kind: ReasonKind = "number" if samples.target_kind == "regression" else "label"
        weight = NUMBER * (1 - 1 / abs(one.deviations))
        yield (
            one.row,
            Reason(kind, weight, sentences.unexpected(samples, one), one.n_agree, one.n_models),
        )


def _of_neighbours(samples: Samples, near: list[Nearness]) -> Iterator[Found]:
    """Find what the neighbours tell."""
    if not near:
        return
    n_models = len(near)
    for pair in near_duplicates(near):
        for row, twin in ((pair.first, pair.second), (pair.second, pair.first)):
            is_same = bool(np.all(samples.labels[row] == samples.labels[twin]))
            weight = (DUPLICATE if is_same else OTHER_LABEL) * pair.n_agree / n_models
            sentence = sentences.twin(samples, twin, pair.n_agree, n_models, is_same=is_same)
            kind: ReasonKind = "duplicate" if is_same else "other label"
            yield row, Reason(kind, weight, sentence, pair.n_agree, n_models, twin)
    if _is_of_classes(samples):
        for stray in astray(near, np.asarray(samples.labels)):
            sentence = sentences.stray(samples.class_names[stray.code], stray.share, stray.n_agree, n_models)
            yield (
                stray.row,
                Reason("neighbours", ASTRAY * stray.share, sentence, stray.n_agree, n_models),
            )
    for row, deviations, n_agree in outliers(near):
        weight = OUTLIER * (1 - 1 / deviations)
        yield row, Reason("outlier", weight, sentences.outlier(n_agree, n_models), n_agree, n_models)
