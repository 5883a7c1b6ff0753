"""Samples worth a look: what is planted is found, by all models together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ptmrank_core.records import Analyses, Neighbourhoods, ProbeResult, RunResult
from ptmrank_core.results.look import choices_for, look_at_samples
from ptmrank_core.results.look.nearness import Nearness, astray
from tests.results.look.worlds import labelled, looked_at, seen_by_models

TRUE = np.arange(120) % 4
FLIPPED = np.array([3, 17, 40, 66, 81, 102])


def flipped(rows: NDArray[np.int64] = FLIPPED) -> NDArray[np.int64]:
    """The labels, with some of them one class on."""
    labels = TRUE.copy()
    labels[rows] = (labels[rows] + 1) % 4
    return labels


def kinds(found: Any, row: int) -> set[str]:
    """Kinds of the reasons to look at a sample."""
    return {reason.kind for one in found.suspects if one.row == row for reason in one.reasons}


def test_flipped_labels_are_found_first() -> None:
    """All planted flips come first, each with its true class as the suggestion and most models agreeing."""
    samples = labelled(flipped())
    found = look_at_samples(looked_at(seen_by_models(TRUE), samples), samples)
    first = found.suspects[: len(FLIPPED)]
    assert {suspect.row for suspect in first} == set(FLIPPED.tolist())
    for suspect in first:
        reason = next(reason for reason in suspect.reasons if reason.kind == "label")
        assert suspect.suggestion == f"class {TRUE[suspect.row]}"
        assert reason.n_agree >= reason.n_models - 1 >= 3
        assert choices_for(samples, suspect)[0] == suspect.suggestion
    assert "do not take it for" in first[0].reasons[0].sentence
    scores = [suspect.score for suspect in found.suspects]
    assert scores == sorted(scores, reverse=True)


def precision(features: dict[str, NDArray[Any]], rows: NDArray[np.int64]) -> float:
    """Share of planted flips among as many samples that come first."""
    samples = labelled(flipped(rows))
    suspects = look_at_samples(looked_at(features, samples), samples).suspects[: len(rows)]
    return float(np.isin([suspect.row for suspect in suspects], rows).sum() / len(rows))


def test_models_that_know_nothing_do_not_spoil_the_list() -> None:
    """Weak models together find more than each alone does, also beside as many that see nothing at all."""
    weak = seen_by_models(TRUE, n_models=6, strength=2.0)
    blind = weak.pop("blind")
    rng = np.random.default_rng(1)
    rows = rng.choice(120, 12, replace=False)
    alone = [precision({model: own}, rows) for model, own in weak.items()]
    blinds = {f"blind {k}": rng.permutation(blind) for k in range(6)}
    together = precision({**weak, **blinds}, rows)
    assert together > np.mean(alone) + 0.05
    assert together >= precision(weak, rows) - 0.1


def test_near_duplicates_and_outliers_are_found() -> None:
    """A copy under another label, one under the same, and a sample far from all have their own reasons."""
    features = seen_by_models(TRUE)
    for own in features.values():
        own[1], own[8] = own[0] + 1e-3, own[4] + 1e-3
        own[30] += 60.0
    samples = labelled(TRUE)
    found = look_at_samples(looked_at(features, samples), samples)
    assert "other label" in kinds(found, 0) & kinds(found, 1)
    assert "duplicate" in kinds(found, 4) & kinds(found, 8)
    assert "outlier" in kinds(found, 30)
    twins = [reason for one in found.suspects for reason in one.reasons if reason.twin is not None]
    assert {reason.twin for reason in twins} == {0, 1, 4, 8}
    assert all(reason.n_agree == reason.n_models == 5 for reason in twins)
    places = {suspect.row: place for place, suspect in enumerate(found.suspects)}
    assert places[0] < places[4]


def test_clean_samples_leave_the_list_short() -> None:
    """Well separated classes give nothing to look at, and nothing is noted."""
    samples = labelled(TRUE)
    found = look_at_samples(looked_at(seen_by_models(TRUE, strength=8.0), samples), samples)
    assert found.suspects == ()
    assert found.notes == ()


def without_probabilities(result: RunResult) -> RunResult:
    """The run as a former version would have stored it."""
    kept = [
        replace(finding, content=replace(finding.content, probabilities=None))
        if isinstance(finding.content, ProbeResult)
        else finding
        for finding in result.findings
        if finding.kind != Neighbourhoods.KIND
    ]
    return replace(result, findings=tuple(kept))


def test_runs_of_former_versions_count_models() -> None:
    """With predictions alone the flips are found all the same, and what is missing is said."""
    samples = labelled(flipped())
    result = without_probabilities(looked_at(seen_by_models(TRUE), samples))
    found = look_at_samples(result, samples)
    first = {suspect.row for suspect in found.suspects[: len(FLIPPED)]}
    assert first == set(FLIPPED.tolist())
    assert any("not how sure they are" in note for note in found.notes)
    assert any("ranked again, its features are taken from the cache" in note for note in found.notes)


def test_a_run_without_probes_says_so() -> None:
    """Nothing to go by is a sentence, not an empty list without a word."""
    samples = labelled(TRUE)
    result = replace(looked_at(seen_by_models(TRUE), samples, analyses=Analyses(probe=False)), findings=())
    found = look_at_samples(result, samples)
    assert found.suspects == ()
    assert found.notes[0].startswith("This run fitted no linear probes")


def numbers() -> tuple[dict[str, NDArray[Any]], NDArray[np.float64]]:
    """Features of three models, and a number that they all see."""
    rng = np.random.default_rng(0)
    value = rng.normal(size=120)
    return {
        f"model {k}": np.c_[value[:, None] + 0.1 * rng.normal(size=(120, 1)), rng.normal(size=(120, 5))]
        for k in range(3)
    }, value


def test_a_wrong_number_is_found_and_what_is_expected_is_said() -> None:
    """A number with its sign turned stands first, with what the probes predict."""
    features, value = numbers()
    row = int(np.argmax(value))
    wrong = value.copy()
    wrong[row] = -3 * wrong[row]
    samples = labelled(wrong, "regression", ("price",))
    found = look_at_samples(looked_at(features, samples), samples)
    assert found.suspects[0].row == row
    assert found.suspects[0].reasons[0].kind == "number"
    assert "far below" in found.suspects[0].reasons[0].sentence
    assert choices_for(samples, found.suspects[0]) == ()


def test_a_missing_label_of_several_is_found() -> None:
    """Where a sample lacks a label that its features have, the sentence names the label."""
    features, value = numbers()
    rng = np.random.default_rng(2)
    other = rng.normal(size=120)
    seen = {model: np.c_[own, other[:, None]] for model, own in features.items()}
    labels = np.c_[(value > 0), (other > 0)].astype(float)
    bright = int(np.argmax(value))
    labels[bright, 0] = 0.0
    samples = labelled(labels, "multilabel", ("warm", "wet"))
    found = look_at_samples(looked_at(seen, samples), samples)
    assert found.suspects[0].row == bright
    assert "no label \u2068warm\u2069, though" in found.suspects[0].reasons[0].sentence


@pytest.mark.parametrize("n_models", [1])
def test_one_model_is_enough(n_models: int) -> None:
    """A run of a single model speaks of the only probe."""
    features = {"only": seen_by_models(TRUE, n_models=n_models)["model 0"]}
    samples = labelled(flipped())
    found = look_at_samples(looked_at(features, samples), samples)
    assert found.suspects
    doubts = [r.sentence for one in found.suspects for r in one.reasons if r.kind == "label"]
    assert any(sentence.startswith("The only probe does not take it for") for sentence in doubts)


@pytest.mark.parametrize(("n_other", "is_found"), [(7, False), (8, True), (9, True)])
@pytest.mark.parametrize("n_models", [1, 3, 7])
def test_eight_neighbours_of_ten_are_enough(n_other: int, is_found: bool, n_models: int) -> None:
    """A sample stands astray from four in five on, also where the sum of tenths would miss them."""
    rows = np.tile(np.arange(10), (20, 1))
    labels = np.zeros(20, dtype=np.int64)
    labels[:n_other] = 1
    near = [Nearness(rows, np.ones((20, 10)))] * n_models
    found = {one.row: one for one in astray(near, labels)}
    assert (19 in found) == is_found
    if is_found:
        assert found[19].share == n_other / 10
