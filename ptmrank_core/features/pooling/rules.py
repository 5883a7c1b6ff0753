"""Pooling rules: a model's output -> one vector for each sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

from ptmrank_core.errors import UnsupportedModelError

if TYPE_CHECKING:
    import torch

__all__ = ["POOLER_RULES", "RULES", "pool", "pool_hidden"]

Rule: TypeAlias = "Callable[[Any, torch.Tensor | None], torch.Tensor]"

# These rules use the pooler, whose weights must then be in the checkpoint.
POOLER_RULES = frozenset({"auto", "pooler"})


def _field(output: Any, name: str) -> Any:
    """Return a field of the output that a rule needs.

    Raises
    ------
    UnsupportedModelError
        If the output does not have it.
    """
    value = getattr(output, name, None)
    if value is None:
        raise UnsupportedModelError(
            f"The model's output has no {name} to pool (it is a {type(output).__name__}).",
            hint="Choose a checkpoint of the encoder itself, or a family that is in the pooling table.",
        )
    return value


def _pooler(output: Any, _mask: torch.Tensor | None) -> torch.Tensor:
    pooled: torch.Tensor = _field(output, "pooler_output")
    return pooled.flatten(1)


def _cls(output: Any, _mask: torch.Tensor | None) -> torch.Tensor:
    first: torch.Tensor = _field(output, "last_hidden_state")[:, 0]
    return first


def _cls_token_value(output: Any, _mask: torch.Tensor | None) -> torch.Tensor:
    """CvT's CLS token, of shape (batch, 1, width), where its last stage has one."""
    if output.cls_token_value is None:
        return _mean_map(output, None)
    token: torch.Tensor = output.cls_token_value[:, 0]
    return token


def _last(output: Any, mask: torch.Tensor | None) -> torch.Tensor:
    """Take the last real position: the only one of a decoder that attends to the whole text."""
    hidden: torch.Tensor = _field(output, "last_hidden_state")
    if mask is None:
        return hidden[:, -1]
    last = mask.shape[1] - 1 - mask.long().flip(1).argmax(1)
    return hidden.take_along_dim(last[:, None, None], 1).squeeze(1)


def _weights(hidden: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """Weight 1 for each real position, 0 for padding: (batch, positions, 1), float32."""
    if mask is None:
        return hidden.new_ones((*hidden.shape[:2], 1)).float()
    return mask.float().unsqueeze(-1)


def _mean(output: Any, mask: torch.Tensor | None) -> torch.Tensor:
    """Average over the real positions, special tokens included; padding does not count."""
    hidden: torch.Tensor = _field(output, "last_hidden_state").float()
    weights = _weights(hidden, mask)
    return (hidden * weights).sum(1) / weights.sum(1)


def _max(output: Any, mask: torch.Tensor | None) -> torch.Tensor:
    hidden: torch.Tensor = _field(output, "last_hidden_state").float()
    return hidden.masked_fill(_weights(hidden, mask) == 0, -float("inf")).amax(1)


def _mean_sqrt_len(output: Any, mask: torch.Tensor | None) -> torch.Tensor:
    """Sum over the real positions, divided by the square root of their number."""
    hidden: torch.Tensor = _field(output, "last_hidden_state").float()
    weights = _weights(hidden, mask)
    return (hidden * weights).sum(1) / weights.sum(1).sqrt()


def _weighted_mean(output: Any, mask: torch.Tensor | None) -> torch.Tensor:
    """Average in which the first position weighs 1, the second 2 and so on (SGPT)."""
    hidden: torch.Tensor = _field(output, "last_hidden_state").float()
    weights = _weights(hidden, mask).cumsum(1) * _weights(hidden, mask)
    return (hidden * weights).sum(1) / weights.sum(1)


def _mean_patches(output: Any, _mask: torch.Tensor | None) -> torch.Tensor:
    mean: torch.Tensor = _field(output, "last_hidden_state")[:, 1:].mean(1)
    return mean


def _mean_map(output: Any, _mask: torch.Tensor | None) -> torch.Tensor:
    mean: torch.Tensor = _field(output, "last_hidden_state").mean((2, 3))
    return mean


def _auto(output: Any, mask: torch.Tensor | None) -> torch.Tensor:
    """Take the pooler where there is one, else the mean over the positions."""
    if getattr(output, "pooler_output", None) is not None:
        return _pooler(output, mask)
    hidden: torch.Tensor = _field(output, "last_hidden_state")
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
        "cls_token_value": _cls_token_value,
        "last": _last,
        "max": _max,
        "mean": _mean,
        "mean_map": _mean_map,
        "mean_patches": _mean_patches,
        "mean_sqrt_len": _mean_sqrt_len,
        "pooler": _pooler,
        "weighted_mean": _weighted_mean,
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


# Rules that need only hidden states, so that they apply to any layer.
_HIDDEN_RULES = frozenset({"cls", "last", "max", "mean", "mean_patches", "mean_sqrt_len", "weighted_mean"})


def pool_hidden(hidden: torch.Tensor, rule: str, mask: torch.Tensor | None = None) -> torch.Tensor:
    """Pool a hidden layer to one vector a sample.

    Parameters
    ----------
    hidden
        Of shape (batch, positions, width) or (batch, channels, height, width).
    rule
        Name of the model's rule; one that needs more than hidden states is replaced by the mean over the
        positions.
    mask
        Of shape (batch, positions): which positions are real; ``None`` where all are.

    Returns
    -------
    torch.Tensor
        Of shape (batch, width).
    """
    usable = rule if hidden.ndim == 3 and rule in _HIDDEN_RULES else "auto"
    return pool(SimpleNamespace(last_hidden_state=hidden), usable, mask)
