"""Encoders: one module for each modality, imported when a model of that modality has to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any, Protocol

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.cache.vectors import SampleVectors
from ptmrank_core.features.encoders.prepared import Prepared, Preparer
from ptmrank_core.records import ExtractionOptions, Modality, ModelSpec

__all__ = ["ENCODERS", "Encoder", "Prepared", "Preparer", "import_encoder", "load_encoder"]

# Module of this package and class in it; the module is imported when a model has to run.
ENCODERS: Mapping[Modality, tuple[str, str]] = MappingProxyType(
    {
        "audio": ("audio", "AudioEncoder"),
        "image": ("image", "ImageEncoder"),
        "text": ("text", "TextEncoder"),
        "video": ("video", "VideoEncoder"),
    }
)


class Encoder(Protocol):
    """A loaded model that turns decoded samples into vectors.

    Parameters
    ----------
    device
        Where it runs.
    padding_invariant
        Whether samples of different lengths may share a batch.
    """

    device: str
    padding_invariant: bool

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes for the reader on how its vectors are made, one sentence each."""
        ...

    @property
    def preparer(self) -> Preparer:
        """Turns decoded samples into inputs of the model; it can be pickled."""
        ...

    def collate(self, samples: Sequence[Prepared]) -> Any:
        """Pad prepared samples to one batch, in memory of the host."""
        ...

    def forward(self, batch: Any) -> list[SampleVectors]:
        """Run the model on one batch."""
        ...

    def is_out_of_memory(self, error: BaseException) -> bool:
        """Whether an error means that memory ran out."""
        ...

    def free_memory(self) -> None:
        """Release cached device memory."""
        ...

    def peak_memory_bytes(self) -> int | None:
        """Peak device memory since it was loaded; ``None`` if the device does not report it."""
        ...


def load_encoder(spec: ModelSpec, options: ExtractionOptions) -> Encoder:
    """Load the encoder of a model.

    Raises
    ------
    UnsupportedModelError
        If there is no encoder for the model's modality.
    """
    encoder: Encoder = import_encoder(spec)(spec, options)
    return encoder


def import_encoder(spec: ModelSpec) -> Any:
    """Import the class that runs a model of this modality, with torch and transformers.

    Raises
    ------
    UnsupportedModelError
        If there is no encoder for the model's modality.
    """
    if spec.modality not in ENCODERS:
        raise UnsupportedModelError(f"There are no models that read {spec.modality} samples.")
    module, name = ENCODERS[spec.modality]
    return getattr(import_module(f"{__name__}.{module}"), name)
