"""NCE by counting pairs of labels."""

from __future__ import annotations

import math

from tests.oracles.common import ROUNDING, Array, Opinion


def nce(outputs: Array, labels: Array) -> float:
    """Sum of P(y, z) ln [P(y, z) / P(z)] over the pairs that occur, z the largest output."""
    decided = [max(range(len(row)), key=lambda z: row[z]) for row in outputs.tolist()]
    pairs = list(zip(labels.tolist(), decided, strict=True))
    return sum(
        pairs.count(pair) / len(pairs) * math.log(pairs.count(pair) / decided.count(pair[1]))
        for pair in set(pairs)
    )


OPINIONS = {"nce": Opinion(lambda given: nce(given["source_logits"], given["labels"]), 1e-12, ROUNDING)}
