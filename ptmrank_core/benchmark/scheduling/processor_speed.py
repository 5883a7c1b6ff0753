"""How long a model takes on this processor before any was run here: a rough guess from its size."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np

from ptmrank_core.records import Modality

__all__ = ["LOAD_SECONDS", "guess_seconds", "measured_flops"]

SIDE, N_TRIES = 768, 3
# How often a sample uses each parameter: the patches of a picture of 224 x 224 pixels, the words of a
# paragraph, ten seconds of sound with the convolutions before the encoder, 16 frames of a video.
POSITIONS: Mapping[Modality, int] = MappingProxyType(
    {"image": 200, "text": 128, "audio": 1_000, "video": 1_568}
)
# A forward pass reaches about half the speed of a product of matrices: ViT, ResNet and BERT of the usual
# sizes took 1.6 to 1.8 times as long.
SLOWDOWN = 2.0
PREPARE_SECONDS = 0.01  # decoding and resizing a sample
LOAD_SECONDS = 3.0


@cache
def measured_flops() -> float:
    """Measure how many operations in single precision the processor does in a second; once, some 20 ms."""
    matrix = np.full((SIDE, SIDE), 0.5, dtype=np.float32)
    seconds = []
    for _ in range(N_TRIES):
        start = time.perf_counter()
        matrix @ matrix
        seconds.append(time.perf_counter() - start)
    return float(2 * SIDE**3 / max(min(seconds), 1e-9))


def guess_seconds(modality: Modality, n_parameters: int, n_samples: int) -> float:
    """Guess how long a model runs on the processor, loading it included.

    Parameters
    ----------
    modality
        What it reads.
    n_parameters
        Parameters of the part that runs.
    n_samples
        Number of samples.
    """
    operations = 2 * n_parameters * POSITIONS.get(modality, 1)
    return LOAD_SECONDS + n_samples * (PREPARE_SECONDS + SLOWDOWN * operations / measured_flops())
