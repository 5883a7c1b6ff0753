"""Draws without replacement: a share of every stratum, or so many of all."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ptmrank_core.sampling.strata import Indices

__all__ = ["draw_share", "random_rows"]


def draw_share(stratum_of: Indices, share: Fraction, rng: np.random.Generator) -> Indices:
    """Draw the same share of the units of every stratum.

    Parameters
    ----------
    stratum_of
        Shape (n_units,): the stratum of each unit; units of negative strata are not drawn.
    share
        In (0, 1).
    rng
        Source of randomness.

    Returns
    -------
    ndarray of int64
        Units, stratum by stratum. The share of each stratum is rounded up or down, and so is that of all of
        them: the remainder of one stratum is carried over to the next, from a random start.
    """
    carried = int(rng.integers(share.denominator))
    chosen = [np.empty(0, dtype=np.int64)]
    for stratum in np.unique(stratum_of[stratum_of >= 0]):
        units = rng.permutation(np.flatnonzero(stratum_of == stratum))
        size, carried = divmod(share.numerator * len(units) + carried, share.denominator)
        chosen.append(units[:size])
    return np.concatenate(chosen)


def random_rows(n_samples: int, max_rows: int, *, seed: int) -> Indices:
    """Draw rows at random, without strata.

    Parameters
    ----------
    n_samples
        Number of samples.
    max_rows
        Number of rows that are drawn; all where there are no more.
    seed
        Seed of the draw.

    Returns
    -------
    ndarray of int64
        Ascending.
    """
    if n_samples <= max_rows:
        return np.arange(n_samples)
    return np.sort(np.random.default_rng(seed).choice(n_samples, max_rows, replace=False))
