"""Which samples are drawn of very many."""

from __future__ import annotations

import numpy as np

from ptmrank_core.sampling import stratified_rows


def test_every_stratum_gives_its_share() -> None:
    """Of 10,000 samples each class gives a tenth, one more or less; the seed decides which."""
    strata = np.random.default_rng(0).permutation(np.repeat([4, 7, 9], [6000, 3000, 1000]))
    rows = stratified_rows(strata, 1000, seed=1)
    assert len(np.unique(rows)) == len(rows) == 1000
    assert (np.diff(rows) > 0).all()
    counts = [int((strata[rows] == code).sum()) for code in (4, 7, 9)]
    assert np.abs(np.array(counts) - [600, 300, 100]).max() <= 1
    assert np.array_equal(rows, stratified_rows(strata, 1000, seed=1))
    assert not np.array_equal(rows, stratified_rows(strata, 1000, seed=2))


def test_few_samples_are_all_drawn() -> None:
    """Nothing is left out where there is room."""
    assert stratified_rows([1, 0, 1], 3).tolist() == [0, 1, 2]
