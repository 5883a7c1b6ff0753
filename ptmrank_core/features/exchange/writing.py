"""Features that a cache holds -> the arrays by which another cache takes them in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.features.cache import FeatureCache
from ptmrank_core.features.cache.keys import versions
from ptmrank_core.features.exchange.layout import CUTS, FORMAT, HEADER, OWN, array_name, checksum
from ptmrank_core.features.precision import failure_of
from ptmrank_core.records import ExtractionOptions, Features, ModelSpec, Samples

__all__ = ["cache_arrays"]


def cache_arrays(  # noqa: PLR0913 - whose vectors they are, and what was asked for
    cache: FeatureCache,
    features: Features,
    spec: ModelSpec,
    samples: Samples,
    *,
    auxiliary: Mapping[str, Samples],
    options: ExtractionOptions,
    asked: Mapping[str, Any],
    arrays: Mapping[str, Any],
) -> dict[str, NDArray[Any]]:
    """Write what another cache needs to know of features that this cache holds.

    Parameters
    ----------
    cache
        The cache.
    features, spec
        Features of a checkpoint, and the checkpoint as it was fetched.
    samples, auxiliary
        The samples, and the auxiliary sets by name, as the features were extracted from them.
    options
        The options of the extraction, with the number format that was asked for.
    asked
        What the extraction was asked for, in plain JSON types: whoever repeats it compares this.
    arrays
        What metrics read of the features, which is not written twice.

    Returns
    -------
    dict
        Further arrays by name; all names begin with ``cache.``.
    """
    key, dtype = features.report.key, features.report.dtype
    further: dict[str, NDArray[Any]] = {}
    for name, digests in {OWN: samples.digests, **{k: v.digests for k, v in auxiliary.items()}}.items():
        further[array_name(name, "digests")] = np.array(digests, dtype="S64")
        further |= _vectors_of(cache, key, name, digests, layers=options.layers)
    given = {name: np.asarray(values) for name, values in arrays.items()}
    if "source_logits" in given:
        further.pop(array_name(OWN, "logits"), None)
    failure = failure_of(spec, options, cache.machine_facts) if dtype != options.dtype else ""
    header = {
        "format": FORMAT,
        "key": key,
        "spec": asdict(replace(spec, path=None)),
        "dtype": dtype,
        "asked_dtype": options.dtype if failure else "",
        "failure": failure,
        "notes": list(cache.notes_of(key)),
        "asked": dict(asked),
        "versions": versions(),
        "sets": [OWN, *auxiliary],
        "sha256": checksum({**given, **further}),
    }
    text = json.dumps(header).encode("utf-8")
    return {**further, HEADER: np.frombuffer(text, dtype=np.uint8)}


def _vectors_of(
    cache: FeatureCache, key: str, name: str, digests: Sequence[str], *, layers: bool
) -> dict[str, NDArray[Any]]:
    """Stack what a cache holds of a set besides the embeddings."""
    vectors = [own for own in cache.get_many(key, digests) if own is not None]
    stacked = {array_name(name, "cut"): np.array([CUTS.index(own.cut) for own in vectors], dtype=np.uint8)}
    logits = [own.source_logits for own in vectors if own.source_logits is not None]
    if logits:
        stacked[array_name(name, "logits")] = np.stack(logits)
    if layers:
        hidden = [own.layers for own in cache.get_layers(key, digests) if own is not None]
        for number, layer in enumerate(zip(*hidden, strict=True)):
            stacked[array_name(name, f"layer_{number}")] = np.stack(layer)
    return stacked
