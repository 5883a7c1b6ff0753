"""What results are known by: the content that they follow from, never a name of a run or a file.

The features of a model are known by the key that the feature cache has for them and by the digests of the
samples. Besides, a result is known by what is computed of them, in which version, with which arguments, and
by the auxiliary samples that its metric reads. Whatever is not known by content is not kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.benchmark.execution.context import RunContext
from ptmrank_core.benchmark.execution.extraction import source_place
from ptmrank_core.features.extract import known_key
from ptmrank_core.metrics import LABEL_EMBEDDINGS, METRICS, REFERENCE_EMBEDDINGS, SOURCE_EMBEDDINGS
from ptmrank_core.pieces import PIECES
from ptmrank_core.pieces.scoring import CapturedError
from ptmrank_core.records import AS_RECOGNISED, ModelSpec

__all__ = [
    "Identity",
    "digest_of",
    "digest_of_arrays",
    "identity_of",
    "key_of",
    "metric_text",
    "piece_text",
    "versions_of",
]

# Raise when the same identity can stand for another result, whatever is computed.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Identity:
    """The features of one model for one set of labelled samples, by content.

    Parameters
    ----------
    key
        Key of the features; results of the same features begin with it.
    content
        Digest of the key, of the samples with labels and groups, and of how features are normalised.
    """

    key: str
    content: str

    def name(self, *parts: str) -> str:
        """Return the name of a result that follows from these features and from ``parts``."""
        return f"{self.key}:{digest_of((self.content, *parts))}"


def digest_of(parts: Iterable[str]) -> str:
    """Digest of several texts; the lengths keep ("ab", "c") and ("a", "bc") apart."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:%b;" % (len(encoded), encoded))
    return digest.hexdigest()


def digest_of_arrays(arrays: Iterable[NDArray[Any]]) -> str:
    """Digest of the types, shapes and values of arrays."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape};".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def key_of(run_context: RunContext, spec: ModelSpec) -> str | None:
    """Return the key of a model's features; ``None`` if they are not known by content.

    Parameters
    ----------
    run_context
        Context of the run.
    spec
        The model, fetched.
    """
    if spec.source == "features":
        return spec.revision and digest_of((spec.revision, repr(run_context.plan.reading)))
    return known_key(spec, options=run_context.plan.options, cache=run_context.cache)


def identity_of(run_context: RunContext, spec: ModelSpec, key: str | None = None) -> Identity | None:
    """Return what the results of a model are known by; ``None`` if they are not kept.

    Parameters
    ----------
    run_context
        Context of the run.
    spec
        The model, fetched.
    key
        Key of its features, where these are at hand; by default it is found without them.
    """
    key = key_of(run_context, spec) if key is None or spec.source == "features" else key
    if not key:
        return None
    parts = (
        str(VERSION),
        spec.source,
        key,
        run_context.samples.fingerprint,
        run_context.plan.normalise,
        versions_of(("numpy", "scipy")),
    )
    return Identity(key, digest_of(parts))


def metric_text(run_context: RunContext, spec: ModelSpec, metric: str) -> str:
    """Write out what a metric's scores depend on besides features and labels."""
    facts = METRICS[metric]
    texts = [metric, str(facts.version)]
    if facts.reads(REFERENCE_EMBEDDINGS):
        reference = run_context.reference
        texts.append("" if reference is None else reference.fingerprint)
    if facts.reads(SOURCE_EMBEDDINGS):
        place = source_place(run_context.plan, spec)
        known = place and run_context.sources.load_samples(place, AS_RECOGNISED).fingerprint
        texts.append(known or "")
    if facts.reads(LABEL_EMBEDDINGS):
        names = run_context.label_embeddings
        is_known = names is not None and not isinstance(names, CapturedError)
        texts.append(digest_of_arrays([names]) if is_known else "")  # type: ignore[list-item]
    return digest_of(texts)


def piece_text(name: str) -> str:
    """Write out which version of a piece computes, with which packages."""
    piece = PIECES[name]
    return f"{name} {piece.version} {versions_of(piece.packages)}"


@lru_cache
def versions_of(packages: tuple[str, ...]) -> str:
    """Versions of installed packages, read without importing them."""
    return " ".join(f"{package} {_version(package)}" for package in packages)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
