"""Weights that a checkpoint lacks: which of them a vector depends on. Imports torch.

transformers fills a weight that is not in the checkpoint at random. Weights of the pre-training alone (what
stands for masked input, quantizers, heads that predict it) are often left out, and no inference pass reads
them. Whether that is so is not left to their names: what is missing is watched while the model runs first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.pooling import POOLER_RULES, family_of
from ptmrank_core.records import ModelSpec

__all__ = ["is_of_pretraining", "refuse_random_weights", "watch_random_weights"]

_OF_PRETRAINING = re.compile(
    r"(^|[._])(masked?|mask_\w+|masked_\w+|quantizers?|codevectors?|project_(q|hid)|lm_head|predictions?"
    r"|predictor|pretrain\w*|decoder_pred|seq_relationship|logit_(scale|bias)|text_projection"
    r"|label_embeddings_concat|final_proj|entity_predictions|num_batches_tracked)([._]|$)"
)
# By the model: its weights that were filled at random, with their names, until it has run once without
# reading one. The state is kept apart from the model, which belongs to transformers.
_at_random: WeakKeyDictionary[torch.nn.Module, Mapping[str, torch.Tensor]] = WeakKeyDictionary()


def is_of_pretraining(name: str) -> bool:
    """Whether a weight is by its name one that only pre-training reads."""
    return _OF_PRETRAINING.search(name) is not None


def refuse_random_weights(spec: ModelSpec, model: Any, running: Any, info: Mapping[str, Any]) -> None:
    """Refuse a model that lacks weights which its vectors or logits depend on, or has them of another shape.

    Parameters
    ----------
    spec
        The model.
    model
        All that was loaded.
    running
        The part of it that runs. Its missing weights that only pre-training should read are watched when it
        runs first, see :func:`watch_random_weights`.
    info
        What transformers says of the loading.

    Raises
    ------
    UnsupportedModelError
        With the names of the weights, and the shapes that differ.
    """
    _refuse_mismatched(spec, info["mismatched_keys"])
    used = _named_within(model, running)
    missing = sorted(set(info["missing_keys"]) & set(used))
    # A head may use the pooler; without a head only some rules do.
    if spec.n_source_classes is None and family_of(spec).rule not in POOLER_RULES:
        missing = [name for name in missing if "pooler" not in name]
    watched = {name: used[name] for name in missing if is_of_pretraining(name)}
    unused = info.get("unexpected_keys") or ()
    _refuse_lacking(spec.id, [name for name in missing if name not in watched], unused)
    if watched:
        _at_random[running] = watched


def _named_within(model: Any, part: Any) -> dict[str, torch.Tensor]:
    """Weights of a submodule by their names in the whole model."""
    within = {id(tensor) for tensor in (*part.parameters(), *part.buffers())}
    named = (*model.named_parameters(remove_duplicate=False), *model.named_buffers(remove_duplicate=False))
    return {name: tensor for name, tensor in named if id(tensor) in within}


def _refuse_mismatched(spec: ModelSpec, mismatched: Iterable[Any]) -> None:
    """Refuse weights whose shapes are not those that the configuration asks for."""
    shapes = sorted((str(name), tuple(own), tuple(asked)) for name, own, asked in mismatched)
    if not shapes:
        return
    told = "; ".join(f"{name} is {list(own)}, expected {list(asked)}" for name, own, asked in shapes[:3])
    more = f"; and {len(shapes) - 3} more" if len(shapes) > 3 else ""
    raise UnsupportedModelError(
        f"The weights of {spec.id!r} do not fit its config.json: {told}{more}.",
        hint="Copy config.json and the weights from one and the same model.",
    )


def _refuse_lacking(name: str, lacking: Sequence[str], unused: Iterable[str] = ()) -> None:
    """Refuse a model that lacks weights; those of the checkpoint that it has no place for may be the same."""
    if not lacking:
        return
    told, hint = "", "Use a checkpoint that was saved with them, or another model."
    others = sorted(unused)
    if others:
        told = f" It holds {len(others)} that the model has no place for ({', '.join(others[:3])})."
        hint += " If these are the same weights, save them under the names that the model expects."
    raise UnsupportedModelError(
        f"The checkpoint of {name!r} lacks {len(lacking)} weights ({', '.join(lacking[:3])}); they "
        f"would be initialised at random.{told}",
        hint=hint,
    )


class _Watch(TorchDispatchMode):  # type: ignore[no-untyped-call] # torch's own
    """Notes which of some tensors an operation reads."""

    def __init__(self, tensors: Mapping[str, torch.Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # torch's own
        self._names = {tensor.untyped_storage().data_ptr(): name for name, tensor in tensors.items()}
        self.read: set[str] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        for leaf in tree_leaves((args, kwargs)):
            if isinstance(leaf, torch.Tensor):
                name = self._names.get(leaf.untyped_storage().data_ptr())
                self.read |= {name} if name is not None else set()
        return func(*args, **(kwargs or {}))


def watch_random_weights(model: Any, name: str, run: Callable[[], object]) -> None:
    """Watch a pass of a model that lacks weights which only pre-training should read; later calls do nothing.

    Parameters
    ----------
    model
        A model that was checked by :func:`refuse_random_weights`.
    name
        Its name in messages.
    run
        Runs it once. The result is not used: attention may take another way while it is watched.

    Raises
    ------
    UnsupportedModelError
        If the pass reads one of them.
    """
    watched = _at_random.get(model)
    if watched is None:
        return
    with _Watch(watched) as watch:
        run()
    _refuse_lacking(name, sorted(watch.read))
    del _at_random[model]
