"""Random weights for an architecture. Imports torch and transformers."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import AutoModel, AutoModelForTextEncoding

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.encoders.checkpoint import load_config, no_bars
from ptmrank_core.records import ModelSpec
from ptmrank_core.records.names import reason_of

__all__ = ["save_untrained"]


def save_untrained(spec: ModelSpec, folder: Path, *, seed: int) -> None:
    """Save a checkpoint of a model's architecture with newly initialised weights.

    Parameters
    ----------
    spec
        A model whose configuration is on disk.
    folder
        Target folder; created if missing.
    seed
        Seed of the weights; the state of torch's generator is restored.

    Raises
    ------
    UnsupportedModelError
        If transformers cannot build the architecture from its configuration alone.
    """
    is_encoder_alone = (spec.architecture or "").endswith("EncoderModel")
    loader = AutoModelForTextEncoding if is_encoder_alone else AutoModel
    config = load_config(spec)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        try:
            model = loader.from_config(config, dtype=torch.float32)
        except (ImportError, ValueError) as error:
            raise UnsupportedModelError(
                f"{spec.id!r} cannot be built from its configuration: {reason_of(error)}."
            ) from error
    with no_bars():
        model.save_pretrained(folder)
