"""Image models of transformers: pooled features and source-head logits in one pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from PIL.Image import Image
from safetensors import SafetensorError
from transformers import AutoConfig, AutoImageProcessor, AutoModel, AutoModelForImageClassification
from transformers.utils import logging as transformers_logging

from ptmrank_core.errors import UnsupportedModelError, WeightsFormatError
from ptmrank_core.features import device as devices
from ptmrank_core.features.cache import SampleVectors
from ptmrank_core.features.pooling import CONFIG_OVERRIDES, pool, pooling_rule
from ptmrank_core.records import ExtractionOptions, ModelSpec

__all__ = ["ImageEncoder"]


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


def _load_model(spec: ModelSpec, dtype: torch.dtype) -> Any:
    """Load a checkpoint with its source head where it has one; refuse weights filled at random."""
    loader = AutoModel if spec.n_source_classes is None else AutoModelForImageClassification
    config = AutoConfig.from_pretrained(
        spec.path,
        trust_remote_code=False,
        local_files_only=True,
        **CONFIG_OVERRIDES.get(spec.model_type or "", {}),
    )
    try:
        model, info = loader.from_pretrained(
            spec.path,
            config=config,
            dtype=dtype,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
            output_loading_info=True,
        )
    except (OSError, SafetensorError) as error:
        raise WeightsFormatError(
            f"The weights of {spec.id!r} could not be read: {error}",
            hint="Expected an intact model.safetensors beside config.json.",
        ) from error
    _refuse_random_weights(spec, info)
    return model


def _refuse_random_weights(spec: ModelSpec, info: dict[str, Any]) -> None:
    """Raise where the checkpoint lacks weights that the features or logits go through."""
    missing = sorted(info["missing_keys"])
    if pooling_rule(spec.model_type) not in {"pooler", "auto"}:
        missing = [name for name in missing if "pooler" not in name]
    mismatched = sorted(str(name) for name in info["mismatched_keys"])
    lacking = missing + mismatched
    if lacking:
        raise UnsupportedModelError(
            f"The checkpoint of {spec.id!r} lacks {len(lacking)} weights ({', '.join(lacking[:3])}); they "
            "would be filled at random.",
            hint="Use a checkpoint that was saved with them, or another model.",
        )


class ImageEncoder:
    """An image model on a device.

    Parameters
    ----------
    spec
        A model whose files are on disk.
    options
        dtype and device.

    Raises
    ------
    InputError
        If the device is not there.
    WeightsFormatError
        If the weights cannot be read.
    UnsupportedModelError
        If the checkpoint lacks weights.
    """

    def __init__(self, spec: ModelSpec, options: ExtractionOptions) -> None:
        self._device = devices.resolve_device(options.device)
        self.device = str(self._device)
        self._dtype: torch.dtype = getattr(torch, options.dtype)
        self._rule = pooling_rule(spec.model_type)
        self._has_head = spec.n_source_classes is not None
        self._processor = AutoImageProcessor.from_pretrained(
            spec.path, backend="pil", trust_remote_code=False, local_files_only=True
        )
        with _no_bars():
            model = _load_model(spec, self._dtype)
        self._model = model.eval().to(self._device)
        self._captured: list[Any] = []
        # The head's output does not carry the pooled features; its backbone passes them on here.
        model.base_model.register_forward_hook(lambda _module, _inputs, output: self._captured.append(output))
        devices.reset_peak(self._device)

    def preprocess(self, items: Sequence[Image]) -> torch.Tensor:
        """Turn RGB pictures into pixel values of shape (batch, channels, height, width)."""
        pixels: torch.Tensor = self._processor(images=list(items), return_tensors="pt")["pixel_values"]
        return pixels

    def forward(self, batch: torch.Tensor) -> list[SampleVectors]:
        """Run the model once; pooled features and, where there is a head, its logits."""
        self._captured.clear()
        with torch.inference_mode():
            output = self._model(pixel_values=batch.to(self._device, self._dtype))
            pooled = pool(self._captured[0], self._rule)
            embeddings = pooled.float().cpu().numpy()
            logits = output.logits.float().cpu().numpy() if self._has_head else None
        self._captured.clear()
        if not np.isfinite(embeddings).all() or (logits is not None and not np.isfinite(logits).all()):
            raise UnsupportedModelError(
                "The model's output holds NaN or infinity.",
                hint="Half precision may overflow; try --dtype float32.",
            )
        rows = range(len(embeddings))
        return [SampleVectors(embeddings[i], None if logits is None else logits[i]) for i in rows]

    def is_out_of_memory(self, error: BaseException) -> bool:
        """Whether an error means that memory ran out."""
        return devices.is_out_of_memory(error)

    def free_memory(self) -> None:
        """Give cached device memory back."""
        devices.free_memory()

    def peak_memory_bytes(self) -> int | None:
        """Peak device memory since it was loaded."""
        return devices.peak_memory_bytes(self._device)
