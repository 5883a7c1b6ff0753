"""The functions that the model process can be asked for: a fixed table, resolved on the first call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Any

from ptmrank_core.errors import UnknownNameError
from ptmrank_core.features.cache import FeatureCache

__all__ = ["AHEAD", "FUNCTIONS", "ModelFunction", "call_function", "function_of"]


@dataclass(frozen=True, slots=True)
class ModelFunction:
    """A function that needs torch.

    Parameters
    ----------
    module, name
        Where it is; the module is imported when the function is called first.
    doing
        What happens to the model meanwhile, for a sentence that begins with "while".
    """

    module: str
    name: str
    doing: str


FUNCTIONS: Mapping[str, ModelFunction] = MappingProxyType(
    {
        "extract": ModelFunction(
            "ptmrank_core.features.extract", "extract", "its features were being extracted"
        ),
        "fine_tune": ModelFunction(
            "ptmrank_core.features.training.fine_tuning", "fine_tune", "it was being trained"
        ),
        "save_untrained": ModelFunction(
            "ptmrank_core.features.encoders.untrained", "save_untrained", "its untrained twin was being made"
        ),
        "merge_adapter": ModelFunction(
            "ptmrank_core.features.encoders.merging", "merge_adapter", "its adapter was being merged"
        ),
        "train_dose": ModelFunction(
            "ptmrank_core.features.training.doses", "train_dose", "it was being trained"
        ),
        "save_winner": ModelFunction(
            "ptmrank_core.features.training.saving", "save_winner", "it was being saved"
        ),
    }
)

# What every checkpoint needs, most of it PyTorch and transformers: seconds, where it is not imported yet.
AHEAD = ("ptmrank_core.features.forward_pass", "ptmrank_core.features.encoders.image")


def function_of(functions: Mapping[str, ModelFunction], name: str) -> ModelFunction:
    """Look a function up.

    Raises
    ------
    UnknownNameError
        If it is not in the table.
    """
    if name not in functions:
        raise UnknownNameError("function of the model process", name, functions)
    return functions[name]


def call_function(
    function: ModelFunction,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    *,
    offers: Mapping[str, Any],
    open_cache: Callable[[], FeatureCache],
) -> Any:
    """Call a function, with those of the sink, the token and the cache that it has a parameter for.

    Parameters
    ----------
    function
        A function of the table.
    args, kwargs
        Arguments of the caller.
    offers
        ``sink``, ``on_progress`` and ``cancel``.
    open_cache
        Opens the feature cache, if the function has a parameter ``cache``.
    """
    target = getattr(import_module(function.module), function.name)
    parameters = inspect.signature(target).parameters
    offered = {name: offer for name, offer in offers.items() if name in parameters}
    if "cache" in parameters and "cache" not in kwargs:
        offered["cache"] = open_cache()
    return target(*args, **kwargs, **offered)
