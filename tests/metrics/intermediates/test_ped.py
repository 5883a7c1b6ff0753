"""The record of PED."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.metrics.intermediates.discriminants import own, pull, second_logits, softmax
from tests.metrics.intermediates.inputs import INPUTS, inputs_of, record_of

WITH_REFERENCE = [case for case in INPUTS if inputs_of(case).reference_embeddings is not None]


@pytest.mark.parametrize("case", WITH_REFERENCE)
def test_every_step_is_rebuilt_from_means_and_radii(case: str) -> None:
    """Overlaps, displacements, changes and the plane of every step follow from the first means."""
    record, _ = record_of("ped", case)
    n_classes = len(record.radii)
    for step, (means, overlaps) in enumerate(zip(record.means, record.overlaps, strict=True)):
        moves = np.zeros_like(means)
        for c, other in itertools.permutations(range(n_classes), 2):
            apart = means[c] - means[other]
            distance = float(np.sqrt(np.sum(apart**2)))
            overlap = max(0.6 * (record.radii[c] + record.radii[other]) - distance, 0.0)
            assert overlaps[c, other] == pytest.approx(overlap, rel=1e-9, abs=1e-9)
            moves[c] += 0.005 * overlap * apart / distance
        if step < record.n_steps:
            assert record.means[step + 1] == pytest.approx(means + moves, rel=1e-9, abs=1e-9)
            assert record.changes[step] == pytest.approx(np.abs(moves).sum(), rel=1e-9)
            assert record.changes[step] > 0.5 * record.changes[0]
    assert len(record.means) == len(record.plane) == record.n_steps + 1
    assert record.n_steps <= 6


@pytest.mark.parametrize("case", WITH_REFERENCE)
def test_the_score_is_rebuilt_from_the_record(case: str) -> None:
    """SFDA of the samples that moved with their classes, with the shrinkage of those that did not."""
    record, score = record_of("ped", case)
    mixing = own(softmax(softmax(record.first_logits)), record.labels)
    assert record.mixing == pytest.approx(mixing, rel=1e-9)
    pulled = pull(record.view.points, record.labels, record.mixing)
    assert record.view.pulled == pytest.approx(pulled, rel=1e-9, abs=1e-9)
    logits = second_logits(pulled, record.labels, record.shrinkage, record.n_features)
    for own_logits in (record.logits, logits):
        found = np.mean(own(softmax(own_logits), record.labels))
        assert found == pytest.approx(score, rel=1e-9, abs=1e-9)
    assert record.value == score


def test_classes_move_as_the_means_say() -> None:
    """The mixture of the class means that is pushed is where the steps end, in reference deviations."""
    record, _ = record_of("ped", "more samples than features")
    assert record.n_steps == 6
    assert record.mix @ record.means[0] == pytest.approx(record.means[-1], rel=1e-9, abs=1e-9)
    distances = [np.linalg.norm(means[0] - means[1]) for means in record.means]
    assert distances == sorted(distances)


def test_classes_that_do_not_overlap_stay() -> None:
    """No step is taken, and the score is what SFDA gives."""
    record, score = record_of("ped", "cls_separated")
    assert record.n_steps == 0
    assert score == record.unpushed == record_of("sfda", "cls_separated")[1]
