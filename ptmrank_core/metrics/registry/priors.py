"""What agreement with the truth other data lead to expect of each metric, before the user's own are seen.

Weighted Kendall tau between a metric's order of the candidates and their accuracy under a linear probe,
mean over twelve sets of features of real networks on pictures, texts and sounds: 7 to 18 networks each,
widths from 19 to 512, 400 to 500 samples. N-LEEP and PACTran: over five of those and the three demo zoos.
PED is not measured there and is taken for SFDA, whose discriminant it shares; WDJE is measured on the demo
zoos alone, against fine-tuning. They are a start, which a probe on the user's own samples moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["PRIOR_AGREEMENTS", "prior_agreement"]

PRIOR_AGREEMENTS: Mapping[str, float] = MappingProxyType(
    {
        "logme": 0.88,
        "leep": 0.15,
        "nleep": 0.75,
        "nce": 0.11,
        "pactran": 0.30,
        "emms": 0.58,
        "wdje": 0.0,
        "hscore": 0.56,
        "gbc": 0.54,
        "transrate": 0.0,
        "sfda": 0.30,
        "ped": 0.30,
        "etran": 0.27,
    }
)


def prior_agreement(metric: str) -> float:
    """Return the expected weighted tau of a metric; a variant is taken for the metric that it is one of."""
    return PRIOR_AGREEMENTS[metric.split(":", maxsplit=1)[0]]
