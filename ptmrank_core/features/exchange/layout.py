"""What the arrays of a file of features are called that a feature cache reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.features.cache.vectors import MAGICS
from ptmrank_core.records import CACHE_ARRAYS

__all__ = [
    "CUTS",
    "EMBEDDINGS",
    "FORMAT",
    "HEADER",
    "OWN",
    "array_name",
    "checksum",
    "layers_of",
    "logits_of",
]

FORMAT = 1
HEADER = f"{CACHE_ARRAYS}header"
# The name of the samples among the sets; what metrics read of a set has the name of the metrics' input.
OWN = ""
EMBEDDINGS = {OWN: "embeddings", "reference": "reference_embeddings", "source": "source_embeddings"}
CUTS = tuple(MAGICS)


def array_name(set_name: str, what: str) -> str:
    """Name the array of a set that only a cache reads."""
    return f"{CACHE_ARRAYS}{set_name}.{what}" if set_name else f"{CACHE_ARRAYS}{what}"


def logits_of(arrays: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any] | None:
    """Return the logits of a set; those of the samples may be the ones that metrics read."""
    own = arrays.get(array_name(name, "logits"))
    return arrays.get("source_logits") if own is None and name == OWN else own


def layers_of(arrays: Mapping[str, NDArray[Any]], name: str) -> list[NDArray[Any]]:
    """Return the hidden layers of a set, the input embedding first; empty where there are none."""
    layers: list[NDArray[Any]] = []
    while (layer := arrays.get(array_name(name, f"layer_{len(layers)}"))) is not None:
        layers.append(layer)
    return layers


def checksum(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Digest of arrays with their names, types and shapes."""
    digest = hashlib.sha256()
    for name in sorted(arrays):
        values = np.ascontiguousarray(arrays[name])
        digest.update(f"{len(name)}:{name};{values.dtype.str};{values.shape};".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()
