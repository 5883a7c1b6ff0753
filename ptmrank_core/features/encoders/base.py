"""What the encoders of all modalities share: collate rows, run once, pool, average windows. Imports torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features import device as devices
from ptmrank_core.features.cache import SampleVectors
from ptmrank_core.features.encoders.checkpoint import load_checkpoint
from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.features.pooling import DEFAULT_FAMILY, family_of, pool
from ptmrank_core.records import ExtractionOptions, FloatArray, ModelSpec

__all__ = ["Batch", "TransformerEncoder"]


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """Rows for one forward pass.

    Parameters
    ----------
    inputs
        Tensors by the names of the model's inputs, the rows of all samples along the first axis.
    n_rows
        For each sample how many of the rows are its own.
    """

    inputs: Mapping[str, torch.Tensor]
    n_rows: tuple[int, ...]


class TransformerEncoder:
    """A checkpoint of transformers on a device.

    Parameters
    ----------
    spec
        A model whose files are on disk.
    options
        dtype and device.
    headless, with_head
        Auto classes that load the model without and with its source head.

    Raises
    ------
    InputError
        If the device is not there.
    WeightsFormatError
        If the weights cannot be read.
    UnsupportedModelError
        If the checkpoint lacks weights.
    """

    def __init__(self, spec: ModelSpec, options: ExtractionOptions, *, headless: Any, with_head: Any) -> None:
        self._device = devices.resolve_device(options.device)
        self.device = str(self._device)
        self._dtype: torch.dtype = getattr(torch, options.dtype)
        self._family = family_of(spec)
        self.padding_invariant = self._family.padding_invariant
        self._has_head = spec.n_source_classes is not None
        self.notes = _notes(spec) if self._family == DEFAULT_FAMILY else ()
        loader = with_head if self._has_head else headless
        model = load_checkpoint(spec, loader, self._dtype)
        for part in self._family.unused:
            if hasattr(model, part):
                delattr(model, part)
        self._model = model.to(self._device)
        self._captured: list[Any] = []
        if self._has_head:
            # The head's output does not carry the pooled features; its backbone passes them on here.
            name = self._family.backbone
            backbone = self._model.get_submodule(name) if name else self._model.base_model
            backbone.register_forward_hook(lambda _module, _inputs, output: self._captured.append(output))
        devices.reset_peak(self._device)

    def collate(self, samples: Sequence[Prepared]) -> Batch:
        """Stack the rows of prepared samples; rows of one length only."""
        rows = [row for sample in samples for row in sample.rows]
        inputs = {name: torch.from_numpy(np.stack([row[name] for row in rows])) for name in rows[0]}
        return Batch(inputs, tuple(len(sample.rows) for sample in samples))

    def mask(self, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor | None:  # noqa: ARG002
        """Which positions of the hidden states are real; ``None`` where all are."""
        return None

    def run(self, inputs: Mapping[str, torch.Tensor]) -> tuple[Any, torch.Tensor | None]:
        """Call the model: the output to pool, and the logits of its head where it has one."""
        if self._has_head:
            logits = self._model(**inputs).logits
            return self._captured[0], logits
        return self._model(**inputs, **self._family.arguments), None

    def forward(self, batch: Batch) -> list[SampleVectors]:
        """Run the model once; pooled features and, where there is a head, its logits."""
        self._captured.clear()
        with torch.inference_mode():
            inputs = {name: self._to_device(tensor) for name, tensor in batch.inputs.items()}
            output, scores = self.run(inputs)
            pooled = pool(output, self._family.rule, self.mask(inputs))
            embeddings = _average_rows(pooled, batch.n_rows)
            logits = None if scores is None else _average_rows(scores, batch.n_rows)
        self._captured.clear()
        if not np.isfinite(embeddings).all() or (logits is not None and not np.isfinite(logits).all()):
            raise UnsupportedModelError(
                "The model's output holds NaN or infinity.",
                hint="Half precision may overflow; try --dtype float32.",
            )
        rows = range(len(embeddings))
        return [SampleVectors(embeddings[i], None if logits is None else logits[i]) for i in rows]

    def _to_device(self, tensor: torch.Tensor) -> torch.Tensor:
        """Move a tensor; numbers that are no indices become the model's dtype."""
        dtype = self._dtype if tensor.is_floating_point() else tensor.dtype
        return tensor.to(self._device, dtype)

    def is_out_of_memory(self, error: BaseException) -> bool:
        """Whether an error means that memory ran out."""
        return devices.is_out_of_memory(error)

    def free_memory(self) -> None:
        """Give cached device memory back."""
        devices.free_memory()

    def peak_memory_bytes(self) -> int | None:
        """Peak device memory since it was loaded."""
        return devices.peak_memory_bytes(self._device)


def _notes(spec: ModelSpec) -> tuple[str, ...]:
    """Tell that a family is not in the table."""
    note = (
        f"The family {spec.model_type!r} of {spec.id!r} is not in the pooling table: its pooler's output is "
        "taken where there is one, else the mean over all positions."
    )
    return (note,)


def _average_rows(tensor: torch.Tensor, n_rows: Sequence[int]) -> FloatArray:
    """Average the rows of each sample, in float32: (rows, width) -> (samples, width)."""
    rows: FloatArray = tensor.float().cpu().numpy()
    if len(rows) == len(n_rows):
        return rows
    starts = np.concatenate([[0], np.cumsum(n_rows)[:-1]])
    sums: FloatArray = np.add.reduceat(rows, starts, axis=0)
    return sums / np.asarray(n_rows, dtype=np.float32)[:, None]
