"""The key of a model's features: everything that can change a vector, and nothing else."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.pooling import family_of
from ptmrank_core.records import ExtractionOptions, ModelSpec

__all__ = ["EXTRACTION_VERSION", "feature_key", "function_key", "versions"]

# Raise when the same picture, checkpoint and options can give another vector.
EXTRACTION_VERSION = 3
LAYER = "last"
PROCESSOR_BACKEND = "pil"


@cache
def _minor(package: str) -> str:
    """Major and minor version of an installed package, read without importing it."""
    return ".".join(version(package).split(".")[:2])


def versions() -> dict[str, str]:
    """Name the versions that are part of every checkpoint's key."""
    packages = {package: _minor(package) for package in ("transformers", "torch", "pillow")}
    return {**packages, "extraction": str(EXTRACTION_VERSION)}


def _family_text(spec: ModelSpec) -> str:
    """Write out everything in a family's row that changes a vector."""
    family = family_of(spec)
    settings = {**family.config, **family.arguments}
    return f"{family.rule} {family.call} {sorted((name, str(value)) for name, value in settings.items())}"


def feature_key(spec: ModelSpec, options: ExtractionOptions) -> str:
    """Digest of everything but the sample itself that determines its features.

    The device is not in it (float32 features differ by rounding between devices); labels are not
    either. The preprocessing is: it is part of the checkpoint, and so of its revision.

    Raises
    ------
    UnsupportedModelError
        If the model's revision is not known: other weights would have the same key.
    """
    if spec.revision is None:
        raise UnsupportedModelError(f"The revision of {spec.id!r} is not resolved.")
    parts = (
        spec.source,
        spec.id if spec.source == "hub" else "",  # a folder is its content, wherever it lies
        spec.revision,
        spec.modality,
        _family_text(spec),
        LAYER,
        PROCESSOR_BACKEND,
        options.dtype,
        f"transformers {_minor('transformers')}",
        f"torch {_minor('torch')}",
        f"pillow {_minor('pillow')}",
        str(EXTRACTION_VERSION),
        *(("merged into", spec.base.revision) if spec.base else ()),
    )
    return _digest(parts)


def function_key(spec: ModelSpec) -> str:
    """Digest of what determines the vectors of a user's function: name, version, decoding of pictures."""
    return _digest(
        (
            spec.source,
            spec.id,
            spec.revision or "",
            spec.modality,
            f"pillow {_minor('pillow')}",
            str(EXTRACTION_VERSION),
        )
    )


def _digest(parts: tuple[str, ...]) -> str:
    """Digest of several texts; the lengths keep ("ab", "c") and ("a", "bc") apart."""
    text = "".join(f"{len(part)}:{part};" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()
