"""Watching a layer while its network runs. Imports torch."""

from __future__ import annotations

import torch

__all__ = ["Watch", "redraw"]

INITIAL_SPREAD = 0.02


def redraw(layer: torch.nn.Linear, seed: int) -> None:
    """Draw a layer's weights, so that different inputs give different outputs."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(layer.weight.shape, generator=generator) * INITIAL_SPREAD
    layer.weight.copy_(drawn)
    if layer.bias is not None:
        layer.bias.zero_()


class Watch:
    """Records the inputs and outputs of a layer."""

    def __init__(self, layer: torch.nn.Linear) -> None:
        self._seen: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._layer = layer

    def __enter__(self) -> Watch:
        self._hook = self._layer.register_forward_hook(
            lambda _layer, inputs, output: self._seen.append((inputs[0], output))
        )
        return self

    def __exit__(self, *_error: object) -> None:
        self._hook.remove()

    def gave(self, logits: torch.Tensor) -> bool:
        """Whether the layer gave these logits, in all or at one position of each sample."""
        if len(self._seen) != 1:
            return False
        output = self._seen[0][1].float()
        if output.ndim == 2:
            return torch.equal(output, logits)
        return output.ndim == 3 and bool((output == logits[:, None]).all(dim=2).any(dim=1).all())

    def inputs_of(self, logits: torch.Tensor) -> torch.Tensor:
        """Return what the layer read where it gave the logits: (n, d)."""
        inputs, output = self._seen[0]
        if output.ndim == 2:
            return inputs.float()
        distance = (output - logits[:, None]).abs().sum(dim=2)
        return inputs[torch.arange(len(inputs)), distance.argmin(dim=1)].float()
