"""The base of all encoders: collate rows, run the model, pool, average windows. Imports torch."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features import device as devices
from ptmrank_core.features.cache.vectors import SampleVectors
from ptmrank_core.features.encoders.checkpoint import load_checkpoint
from ptmrank_core.features.encoders.convolutions import patch_small_convolutions
from ptmrank_core.features.encoders.dense import fuse_linear_layers
from ptmrank_core.features.encoders.missing import watch_random_weights
from ptmrank_core.features.encoders.padding import stack_padded
from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.features.planned_size import note_on_layers
from ptmrank_core.features.pooling import family_of, pool, pool_hidden, row_note
from ptmrank_core.records import ExtractionOptions, FloatArray, ModelSpec

__all__ = ["Batch", "MicroBatch", "TransformerEncoder"]


@dataclass(frozen=True, eq=False, slots=True)
class MicroBatch:
    """Rows of a batch that go through the model in one forward pass.

    Parameters
    ----------
    inputs
        Tensors by the names of the model's inputs, the rows of all samples along the first axis.
    members
        Indices, within the batch, of the samples whose rows these are.
    rows
        For each of these samples the indices of its rows.
    positions
        For each of these samples its position in the row; ``None`` if it is the whole row.
    """

    inputs: Mapping[str, torch.Tensor]
    members: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]
    positions: tuple[int | None, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """Collated samples.

    Parameters
    ----------
    micro_batches
        One micro-batch; several if samples of different lengths must not be padded to one.
    n_samples
        Number of samples.
    cut
        For each sample the end of it that is not read, since it is longer than the model reads; ``""`` if all
        of it is.
    """

    micro_batches: tuple[MicroBatch, ...]
    n_samples: int
    cut: tuple[str, ...]


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

    Attributes
    ----------
    encoder_only
        Whether the decoder of an encoder-decoder is left out.
    """

    encoder_only = False

    def __init__(self, spec: ModelSpec, options: ExtractionOptions, *, headless: Any, with_head: Any) -> None:
        self._device = devices.resolve_device(options.device)
        self.device = str(self._device)
        self._dtype: torch.dtype = getattr(torch, options.dtype)
        self._family = family_of(spec)
        self.padding_invariant = self._family.padding_invariant
        self.pad_values: Mapping[str, float] = {}
        self._name = spec.id
        self._notes = row_note(spec)
        self._has_head = spec.n_source_classes is not None
        if self._has_head:
            self._model = load_checkpoint(spec, with_head, self._dtype)
        else:
            self._model = load_checkpoint(spec, headless, self._dtype, self.body)
        self._notes += note_on_layers(self._model.config)
        self._model.to(self._device)
        fuse_linear_layers(self._model)
        patch_small_convolutions(self._model)
        self._captured: list[Any] = []
        if self._has_head:
            # The output of the head lacks the pooled features; a hook on its backbone captures them.
            backbone = self.backbone(self._model)
            backbone.register_forward_hook(lambda _module, _inputs, output: self._captured.append(output))
        self._with_layers = options.layers
        for config in (self._model.config, getattr(self._model.config, "vision_config", None)):
            if config is not None:  # a tower reads its own configuration
                config.output_hidden_states = options.layers
        devices.reset_peak(self._device)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes for the reader on how its vectors are made, one sentence each."""
        return self._notes

    @property
    def network(self) -> Any:
        """The model itself, for training."""
        return self._model

    def embed(self, batch: Batch) -> torch.Tensor:
        """Run the model once; return differentiable vectors of shape (n, d)."""
        vectors: dict[int, torch.Tensor] = {}
        for micro_batch in batch.micro_batches:
            # A copy: backward crashes in torch on pictures of one channel whose strides a transposition left.
            inputs = {
                n: self._to_device(torch.empty_like(t, memory_format=torch.contiguous_format).copy_(t))
                for n, t in micro_batch.inputs.items()
            }
            output, _ = self.run(inputs)
            words = micro_batch.positions[0] is not None
            pooled = output.last_hidden_state if words else self.pooled(output, inputs)
            vectors.update(zip(micro_batch.members, _rows_of_samples(pooled, micro_batch), strict=True))
        return torch.stack([vectors[member] for member in range(batch.n_samples)])

    def body(self, model: Any) -> Any:
        """Return the submodule of a headless model that runs; the rest is dropped."""
        for part in self._family.unused:
            if hasattr(model, part):
                delattr(model, part)
        return model.get_encoder() if self.encoder_only and model.config.is_encoder_decoder else model

    def backbone(self, model: Any) -> Any:
        """Return the submodule of a model with a head whose output is pooled."""
        if self._family.backbone:
            return model.get_submodule(self._family.backbone)
        return self.body(model.base_model)

    def group_of(self, sample: Prepared) -> Hashable:
        """Return a value that is the same for samples that may share a forward pass."""
        return 0 if self.padding_invariant else sample.length

    def collate(self, samples: Sequence[Prepared]) -> Batch:
        """Pad prepared samples to one batch, in memory of the host."""
        groups: dict[Hashable, list[int]] = {}
        for member, sample in enumerate(samples):
            groups.setdefault(self.group_of(sample), []).append(member)
        micro_batches = tuple(self._micro_batch(samples, members) for members in groups.values())
        return Batch(micro_batches, len(samples), tuple(sample.cut for sample in samples))

    def _micro_batch(self, samples: Sequence[Prepared], members: Sequence[int]) -> MicroBatch:
        """Stack the rows of some samples; a row that several samples share is included once."""
        rows: dict[int, Mapping[str, Any]] = {id(row): row for i in members for row in samples[i].rows}
        number = {identity: index for index, identity in enumerate(rows)}
        inputs, offsets = stack_padded(list(rows.values()), self.pad_values, self._family.padding_side)
        numbers = [tuple(number[id(row)] for row in samples[i].rows) for i in members]
        positions = tuple(
            None if (position := samples[i].position) is None else position + offsets[row_numbers[0]]
            for i, row_numbers in zip(members, numbers, strict=True)
        )
        tensors = {name: self._pinned(torch.from_numpy(array)) for name, array in inputs.items()}
        return MicroBatch(tensors, tuple(members), tuple(numbers), positions)

    def mask(self, inputs: Mapping[str, torch.Tensor], output: Any) -> torch.Tensor | None:  # noqa: ARG002
        """Which positions of an output's hidden states are real; ``None`` where all are."""
        return None

    def run(self, inputs: Mapping[str, torch.Tensor]) -> tuple[Any, torch.Tensor | None]:
        """Call the model: the output to pool, and the logits of its head where it has one."""
        self._captured.clear()
        if self._has_head:
            logits = self._model(**inputs).logits
            return self._captured.pop(), logits
        return self._model(**inputs, **self._family.arguments), None

    def pooled(self, output: Any, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Pool an output to one vector for each row."""
        return pool(output, self._family.rule, self.mask(inputs, output))

    def forward(self, batch: Batch) -> list[SampleVectors]:
        """Run the model once; pooled features and, where there is a head, its logits."""
        vectors: dict[int, SampleVectors] = {}
        with torch.inference_mode():
            first = batch.micro_batches[0]
            watch_random_weights(self._model, self._name, lambda: self._forward_micro_batch(first))
            for micro_batch in batch.micro_batches:
                vectors.update(zip(micro_batch.members, self._forward_micro_batch(micro_batch), strict=True))
        return [replace(vectors[member], cut=cut) for member, cut in enumerate(batch.cut)]

    def _forward_micro_batch(self, micro_batch: MicroBatch) -> list[SampleVectors]:
        inputs = {name: self._to_device(tensor) for name, tensor in micro_batch.inputs.items()}
        output, scores = self.run(inputs)
        words = micro_batch.positions[0] is not None
        embeddings = _of_samples(
            output.last_hidden_state if words else self.pooled(output, inputs), micro_batch
        )
        # The logits of a head for words do not apply to whole texts, nor those for texts to words.
        logits = None if scores is None or words != (scores.ndim == 3) else _of_samples(scores, micro_batch)
        layers = [_of_samples(layer, micro_batch) for layer in self._layers(output, inputs, words=words)]
        self._refuse_not_finite(embeddings, logits)
        rows = range(len(embeddings))
        return [
            SampleVectors(
                embeddings[i], None if logits is None else logits[i], tuple(layer[i] for layer in layers)
            )
            for i in rows
        ]

    def _refuse_not_finite(self, embeddings: FloatArray, logits: FloatArray | None) -> None:
        """Refuse vectors that are not finite; of a head in full precision only what reads it has to fail."""
        is_full = self._dtype == torch.float32
        rows = embeddings if is_full or logits is None else np.hstack([embeddings, logits])
        n_broken = int(np.count_nonzero(~np.isfinite(rows).all(axis=1)))
        if n_broken:
            raise UnsupportedModelError(
                f"The model's output holds NaN or infinity for {n_broken} of {len(rows)} samples of a batch.",
                hint="Its weights may be damaged: copy or download it again, or choose another model."
                if is_full
                else "Half precision may overflow: choose float32 for this run.",
            )

    def _layers(self, output: Any, inputs: Mapping[str, torch.Tensor], *, words: bool) -> list[torch.Tensor]:
        """Pool each hidden layer like the last one, or by the mean over positions if that has a pooler."""
        hidden = (getattr(output, "hidden_states", None) or ()) if self._with_layers else ()
        if words:
            return list(hidden)
        return [
            pool_hidden(layer, self._family.rule, self.mask(inputs, output) if layer.ndim == 3 else None)
            for layer in hidden
        ]

    def _pinned(self, tensor: torch.Tensor) -> torch.Tensor:
        """Pin a tensor in memory, so that a GPU copies it while the CPU goes on."""
        return tensor.pin_memory() if self._device.type == "cuda" else tensor

    def _to_device(self, tensor: torch.Tensor) -> torch.Tensor:
        """Move a tensor to the device; floating-point numbers become the model's dtype."""
        dtype = self._dtype if tensor.is_floating_point() else tensor.dtype
        return tensor.to(self._device, dtype, non_blocking=True)

    def is_out_of_memory(self, error: BaseException) -> bool:
        """Whether an error means that memory ran out."""
        return devices.is_out_of_memory(error)

    def free_memory(self) -> None:
        """Release cached device memory."""
        devices.free_memory()

    def peak_memory_bytes(self) -> int | None:
        """Peak device memory since it was loaded."""
        return devices.peak_memory_bytes(self._device)


def _of_samples(tensor: torch.Tensor, micro_batch: MicroBatch) -> FloatArray:
    """Vectors of the samples in float32, in host memory."""
    vectors: FloatArray = _rows_of_samples(tensor, micro_batch).float().cpu().numpy()
    return vectors


def _rows_of_samples(tensor: torch.Tensor, micro_batch: MicroBatch) -> torch.Tensor:
    """Vectors of the samples from those of the rows: the mean of a sample's rows, or the one of its position.

    ``tensor`` is of shape (rows, width), or (rows, positions, width) if samples have positions.
    """
    first = torch.tensor([row_numbers[0] for row_numbers in micro_batch.rows], device=tensor.device)
    if micro_batch.positions[0] is not None:
        tensor = tensor[first, torch.tensor(micro_batch.positions, device=tensor.device)]
    elif all(len(row_numbers) == 1 for row_numbers in micro_batch.rows):
        tensor = tensor[first]
    else:
        tensor = torch.stack([tensor[list(row_numbers)].float().mean(0) for row_numbers in micro_batch.rows])
    return tensor
