"""Label alignment by the two tables of similarities, both centred by a matrix."""

from __future__ import annotations

import numpy as np

from tests.oracles.common import ROUNDING, Array, Given, Opinion, of_features, one_hot


def alignment(features: Array, columns: Array) -> float:
    """Cosine of H F F' H and H Y Y' H, H = I - 1/n."""
    n = len(features)
    centring = np.eye(n) - np.full((n, n), 1 / n)
    ours = centring @ features @ features.T @ centring
    theirs = centring @ columns @ columns.T @ centring
    return float((ours * theirs).sum() / np.sqrt((ours**2).sum() * (theirs**2).sum()))


def of_targets(given: Given, targets: Array) -> float:
    """Real targets are measured in their standard deviations."""
    is_binary = set(np.unique(targets)) <= {0.0, 1.0}
    return alignment(given["embeddings"], targets if is_binary else targets / targets.std(axis=0))


OPINIONS = {
    "label_alignment": Opinion(
        of_features(lambda f, y: alignment(f - f.mean(axis=0), one_hot(y))),
        1e-9,
        ROUNDING,
        targets=of_targets,
    )
}
