"""Pooling rules: a model's output -> one vector for each sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from ptmrank_core.errors import UnsupportedModelError

if TYPE_CHECKING:
    import torch

__all__ = ["RULES", "pool"]

Rule: TypeAlias = "Callable[[Any, torch.Tensor | None], torch.Tensor]"


def _pooler(output: Any, _mask: torch.Tensor | None) -> torch.Tensor:
    pooled: torch.Tensor = output.pooler_output
    return pooled.flatten(1)


def _cls(output: Any, _mask: torch.Tensor | None) -> torch.Tensor:
    first: torch.Tensor = output.last_hidden_state[:, 0]
    return first


def _mean(output: Any, mask: torch.Tensor | None) -> torch.Tensor:
    """Average over the real positions; padding does not count."""
    hidden: torch.Tensor = output.last_hidden_state
    if mask is None:
        return hidden.mean(1)
    weights = mask.to(hidden.dtype).unsqueeze(-1)
    return (hidden * weights).sum(1) / weights.sum(1)


def _mean_patches(output: Any, _mask: torch.Tensor | None) -> torch.Tensor:
    mean: torch.Tensor = output.last_hidden_state[:, 1:].mean(1)
    return mean


def _mean_map(output: Any, _mask: torch.Tensor | None) -> torch.Tensor:
    mean: torch.Tensor = output.last_hidden_state.mean((2, 3))
    return mean


def _auto(output: Any, mask: torch.Tensor | None) -> torch.Tensor:
    """Take the pooler where there is one, else the mean over the positions."""
    if getattr(output, "pooler_output", None) is not None:
        return _pooler(output, mask)
    hidden: torch.Tensor = output.last_hidden_state
    if hidden.ndim == 4:
        return _mean_map(output, mask)
    if hidden.ndim == 3:
        return _mean(output, mask)
    raise UnsupportedModelError(
        f"The model's last hidden state has shape {tuple(hidden.shape)}; expected (batch, tokens, width) "
        "or (batch, channels, height, width)."
    )


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "auto": _auto,
        "cls": _cls,
        "mean": _mean,
        "mean_map": _mean_map,
        "mean_patches": _mean_patches,
        "pooler": _pooler,
    }
)


def pool(output: Any, rule: str, mask: torch.Tensor | None = None) -> torch.Tensor:
    """Pool a model's output to one vector a sample.

    Parameters
    ----------
    output
        Output object of the headless model.
    rule
        Name of a rule.
    mask
        Of shape (batch, positions): which positions are real; ``None`` where all are.

    Returns
    -------
    torch.Tensor
        Of shape (batch, width).
    """
    return RULES[rule](output, mask)
