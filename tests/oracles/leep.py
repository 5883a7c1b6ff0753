"""LEEP with a loop for every sum."""

from __future__ import annotations

import math

from tests.oracles.common import ROUNDING, Array, Opinion, source_probs


def leep(probs: Array, labels: Array) -> float:
    """Mean of ln sum_z P(y_i|z) theta_iz; source classes without mass are left out."""
    n, n_source = probs.shape
    mass = [sum(float(probs[i, z]) for i in range(n)) for z in range(n_source)]
    joint: dict[tuple[int, int], float] = {}
    for i in range(n):
        for z in range(n_source):
            joint[labels[i], z] = joint.get((labels[i], z), 0.0) + float(probs[i, z])
    total = 0.0
    for i in range(n):
        total += math.log(
            sum(joint[labels[i], z] / mass[z] * float(probs[i, z]) for z in range(n_source) if mass[z] > 0)
        )
    return total / n


OPINIONS = {"leep": Opinion(lambda given: leep(source_probs(given), given["labels"]), 1e-12, ROUNDING)}
