"""Samples of which nothing but labels and groups is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.records import BytesBlob, Samples, TargetKind


def samples_of(
    labels: NDArray[Any], target_kind: TargetKind = "classification", groups: Sequence[str] = ()
) -> Samples:
    """Samples of some labels."""
    n_samples = len(labels)
    n_names = int(labels.max()) + 1 if target_kind == "classification" else np.atleast_2d(labels.T).shape[0]
    return Samples(
        modality="image",
        names=tuple(f"f{i}" for i in range(n_samples)),
        items=tuple(BytesBlob(b"") for _ in range(n_samples)),  # type: ignore[arg-type]
        labels=labels,
        class_names=tuple(f"class {i}" for i in range(n_names)),
        digests=tuple(f"{i:064x}" for i in range(n_samples)),
        left_out=(),
        source="here",
        target_kind=target_kind,
        groups=tuple(groups),
    )
