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


def _field(output: Any, name: str) -> Any:
    """Take a field that a rule needs.

    Raises
    ------
    UnsupportedModelError
        If the model does not give it.
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


def _mean(output: Any, mask: torch.Tensor | None) -> torch.Tensor:
    """Average over the real positions; padding does not count."""
    hidden: torch.Tensor = _field(output, "last_hidden_state")
    if mask is None:
        return hidden.mean(1)
    weights = mask.to(hidden.dtype).unsqueeze(-1)
    return (hidden * weights).sum(1) / weights.sum(1)


def _mean_patches(output: Any, _mask: torch.Tensor | None) -> torch.Tensor:
    mean: torch.Tensor = _field(output, "last_hidden_state")[:, 1:].mean(1)
    return mean


def _mean_map(output: Any, _mask: torch.Tensor | None) -> torch.Tensor:
    mean: torch.Tensor = _field(output, "last_hidden_state").mean((2, 3))
    return mean


def _mean_encoder(output: Any, _mask: torch.Tensor | None) -> torch.Tensor:
    """Average over the positions of an encoder whose decoder ran as well."""
    mean: torch.Tensor = _field(output, "encoder_last_hidden_state").mean(1)
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
        "mean": _mean,
        "mean_encoder": _mean_encoder,
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
