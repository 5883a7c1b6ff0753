"""Calls of functions that need torch: what a run knows of the model process, and the same in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ptmrank_core.events import CancelToken, Sink, discard_event, never_cancels
from ptmrank_core.features.cache import FeatureCache
from ptmrank_core.features.process.functions import FUNCTIONS, ModelFunction, call_function, function_of

__all__ = ["ModelCalls", "ModelCallsHere", "discard_progress"]


def discard_progress(_share: float) -> None:
    """Discard the share of the work that is done."""


class ModelCalls(Protocol):
    """Calls functions of the table: in the model process, or in this one."""

    def call(
        self,
        name: str,
        /,
        *args: Any,
        sink: Sink = discard_event,
        on_progress: Callable[[float], None] = discard_progress,
        cancel: CancelToken = never_cancels,
        **kwargs: Any,
    ) -> Any:
        """Call a function and return its result."""
        ...


class ModelCallsHere:
    """Calls the functions in this process, which then imports torch.

    Parameters
    ----------
    cache
        The feature cache, for functions that read it.
    functions
        The table of functions.
    """

    def __init__(self, cache: FeatureCache, functions: Mapping[str, ModelFunction] = FUNCTIONS) -> None:
        self._cache, self._functions = cache, functions

    def call(
        self,
        name: str,
        /,
        *args: Any,
        sink: Sink = discard_event,
        on_progress: Callable[[float], None] = discard_progress,
        cancel: CancelToken = never_cancels,
        **kwargs: Any,
    ) -> Any:
        """Call a function and return its result; parameters as those of :class:`ModelProcess`."""
        offers = {"sink": sink, "on_progress": on_progress, "cancel": cancel}
        function = function_of(self._functions, name)
        return call_function(function, args, kwargs, offers=offers, open_cache=lambda: self._cache)
