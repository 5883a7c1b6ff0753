"""Which samples are drawn where there are more than a picture holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["stratified_rows"]


def stratified_rows(strata: ArrayLike, most: int, *, seed: int = 0) -> NDArray[np.int64]:
    """Choose samples at random, of every stratum the same share.

    Parameters
    ----------
    strata
        int array of shape (n_samples,): what each sample is of, such as its class.
    most
        How many are chosen at most.
    seed
        Seed of the choice.

    Returns
    -------
    ndarray of int64
        Ascending indices; all where they are not too many. A stratum differs from its share by one at most.
    """
    codes = np.asarray(strata)
    if len(codes) <= most:
        return np.arange(len(codes))
    rng = np.random.default_rng(seed)
    shares = np.empty(len(codes))
    for stratum in np.unique(codes):
        members = rng.permutation(np.flatnonzero(codes == stratum))
        shares[members] = (np.arange(len(members)) + 0.5) / len(members)
    order = np.lexsort((rng.random(len(codes)), shares))
    return np.sort(order[:most])
