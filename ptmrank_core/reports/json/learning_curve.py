"""Agreement by number of samples, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ptmrank_core.ranking import SizeCurve
from ptmrank_core.results.evidence import CONSENSUS
from ptmrank_core.results.learning_curve import size_verdict

__all__ = ["curves_payload"]


def curves_payload(curves: Mapping[str, SizeCurve], n_samples: int) -> dict[str, Any]:
    """Curves as JSON, and the verdict on that of the consensus."""
    by_contender: dict[str, Any] = {
        name: {
            "sizes": list(curve.sizes),
            "tau": list(curve.tau),
            "low": list(curve.low),
            "high": list(curve.high),
        }
        for name, curve in curves.items()
    }
    return {
        "curves": by_contender,
        "verdict": size_verdict(curves[CONSENSUS], n_samples) if CONSENSUS in curves else "",
    }
