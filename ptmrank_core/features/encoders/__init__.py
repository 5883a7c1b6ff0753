"""Encoders: one file for each modality, imported when a model of that modality has to run."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.cache.vectors import SampleVectors
from ptmrank_core.features.encoders.prepared import Prepared, Preparer
from ptmrank_core.records import ExtractionOptions, ModelSpec

__all__ = ["Encoder", "Prepared", "Preparer", "load_encoder"]


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
        """What the reader has to know of its vectors, one sentence each."""
        ...

    @property
    def preparer(self) -> Preparer:
        """What turns decoded samples into what it reads; it can be pickled."""
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
        """Give cached device memory back."""
        ...

    def peak_memory_bytes(self) -> int | None:
        """Peak device memory since it was loaded; ``None`` where the device cannot tell."""
        ...


def load_encoder(spec: ModelSpec, options: ExtractionOptions) -> Encoder:
    """Load the encoder of a model.

    Raises
    ------
    UnsupportedModelError
        If there is no encoder for the model's modality.
    """
    encoders = {
        "audio": ("audio", "AudioEncoder"),
        "image": ("image", "ImageEncoder"),
        "text": ("text", "TextEncoder"),
        "video": ("video", "VideoEncoder"),
    }
    if spec.modality not in encoders:
        raise UnsupportedModelError(f"There are no models that read {spec.modality} samples.")
    module, name = encoders[spec.modality]
    encoder: Encoder = getattr(import_module(f"{__name__}.{module}"), name)(spec, options)  # loads torch
    return encoder
