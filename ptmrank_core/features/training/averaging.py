"""The moving average of a network's weights. Imports torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch

__all__ = ["Average", "state_of"]


def state_of(module: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Weights and kept buffers of a network, each once, by name."""
    kept = module.state_dict(keep_vars=True).keys()
    state = {name: weight.detach() for name, weight in module.named_parameters()}
    return state | {name: buffer for name, buffer in module.named_buffers() if name in kept}


class Average:
    """An exponential moving average of a network's weights and statistics.

    A test of the average tells what the weights are worth once the learning rate has decayed, without
    letting it decay.

    Parameters
    ----------
    state
        The weights and statistics, by name; they are averaged in place.
    horizon
        Steps over which it averages.
    n_steps
        Steps averaged so far: as long as they are fewer than the horizon, it is the mean of all of them.
    values
        The average so far; ``None`` to begin with the weights as they are.
    """

    def __init__(
        self,
        state: Mapping[str, torch.Tensor],
        horizon: float,
        n_steps: int = 0,
        values: Mapping[str, torch.Tensor] | None = None,
    ) -> None:
        self._state = dict(state)
        self._horizon, self.n_steps = max(1.0, horizon), n_steps
        known = self._state if values is None else values
        self.values = {name: known[name].to(own.device).clone() for name, own in self._state.items()}

    def update(self) -> None:
        """Take in the weights after a step."""
        self.n_steps += 1
        share = max(1.0 / self.n_steps, 1.0 / self._horizon)
        with torch.no_grad():
            for name, own in self._state.items():
                if own.is_floating_point():
                    self.values[name].lerp_(own, share)
                else:
                    self.values[name].copy_(own)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Let the network have the average within the context."""
        own = {name: tensor.clone() for name, tensor in self._state.items()}
        try:
            self._fill(self.values)
            yield
        finally:
            self._fill(own)

    def _fill(self, values: Mapping[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, tensor in self._state.items():
                tensor.copy_(values[name])
