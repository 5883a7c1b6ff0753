"""Encoders: one file for each modality, imported when a model of that modality has to run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.cache import SampleVectors
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
    notes
        What the reader has to know of its vectors, one sentence each.
    """

    device: str
    padding_invariant: bool
    notes: tuple[str, ...]

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
    if spec.modality == "image":
        from ptmrank_core.features.encoders.image import ImageEncoder  # noqa: PLC0415 - loads torch

        return ImageEncoder(spec, options)
    if spec.modality == "video":
        from ptmrank_core.features.encoders.video import VideoEncoder  # noqa: PLC0415 - loads torch

        return VideoEncoder(spec, options)
    raise UnsupportedModelError(f"Models that read {spec.modality} cannot be run yet.")
