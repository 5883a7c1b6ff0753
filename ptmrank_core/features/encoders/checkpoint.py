"""Loading a checkpoint of transformers from its folder. Imports torch and transformers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoConfig
from transformers.utils import logging as transformers_logging

from ptmrank_core.errors import UnsupportedModelError, WeightsFormatError
from ptmrank_core.features.pooling import family_of
from ptmrank_core.records import ModelSpec

__all__ = ["load_checkpoint"]


@contextmanager
def _no_bars() -> Iterator[None]:
    """Keep transformers from drawing bars: progress is told through events."""
    was_enabled = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        if was_enabled:
            transformers_logging.enable_progress_bar()


def load_checkpoint(spec: ModelSpec, loader: Any, dtype: torch.dtype) -> Any:
    """Load a checkpoint; refuse weights that would be filled at random.

    Parameters
    ----------
    spec
        A model whose files are on disk.
    loader
        The Auto class that makes the model.
    dtype
        What its weights become.

    Returns
    -------
    PreTrainedModel
        In evaluation mode, on the CPU.

    Raises
    ------
    WeightsFormatError
        If the weights cannot be read.
    UnsupportedModelError
        If the checkpoint lacks weights that its vectors or logits go through.
    """
    config = AutoConfig.from_pretrained(
        spec.path,
        trust_remote_code=False,
        local_files_only=True,
        **family_of(spec).config,
    )
    try:
        with _no_bars():
            model, info = loader.from_pretrained(
                spec.path,
                config=config,
                dtype=dtype,
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                output_loading_info=True,
            )
    except ImportError as error:
        raise UnsupportedModelError(
            f"{spec.id!r} needs a package that is not installed: {str(error).strip().splitlines()[0]}",
            hint="For timm: pip install 'ptmrank[timm]'.",
        ) from error
    except (OSError, SafetensorError) as error:
        raise WeightsFormatError(
            f"The weights of {spec.id!r} could not be read: {error}",
            hint="Expected an intact model.safetensors beside config.json.",
        ) from error
    _refuse_random_weights(spec, info)
    return model.eval()


def _refuse_random_weights(spec: ModelSpec, info: dict[str, Any]) -> None:
    """Raise where the checkpoint lacks weights that the features or logits go through."""
    missing = sorted(info["missing_keys"])
    if family_of(spec).rule not in {"pooler", "auto"}:
        missing = [name for name in missing if "pooler" not in name]
    mismatched = sorted(str(name) for name in info["mismatched_keys"])
    lacking = missing + mismatched
    if lacking:
        raise UnsupportedModelError(
            f"The checkpoint of {spec.id!r} lacks {len(lacking)} weights ({', '.join(lacking[:3])}); they "
            "would be filled at random.",
            hint="Use a checkpoint that was saved with them, or another model.",
        )
