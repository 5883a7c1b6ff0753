"""Where a run gets samples and models: shared sets are read once, adapters are merged first."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from ptmrank_core.benchmark.execution.providers import Fetch, Sources
from ptmrank_core.events import CancelToken, Sink
from ptmrank_core.features.adapters import find_merged, merged_folder
from ptmrank_core.features.process import ModelCalls
from ptmrank_core.records import ModelSpec

__all__ = ["MergingFetch", "sources_of_run"]


def sources_of_run(sources: Sources, models: ModelCalls, merged_dir: Path) -> Sources:
    """Have source samples that all models share read once, and adapters merged.

    Parameters
    ----------
    sources
        Where samples and models come from.
    models
        Where adapters are merged.
    merged_dir
        Folder of all merged models.
    """
    return replace(
        sources,
        load_samples=lru_cache(maxsize=1)(sources.load_samples),
        fetch=MergingFetch(sources.fetch, models, merged_dir),
    )


class MergingFetch:
    """Fetches models, and merges those that are adapters, once for all runs.

    Parameters
    ----------
    fetch
        Brings a model's files to this machine.
    models
        Where adapters are merged: in the model process, or in this one.
    root
        Folder of all merged models.

    Attributes
    ----------
    own
        What fetches, without merging.
    """

    def __init__(self, fetch: Fetch, models: ModelCalls, root: Path) -> None:
        self.own, self._models, self._root = fetch, models, root

    def __call__(self, spec: ModelSpec, *, sink: Sink, cancel: CancelToken) -> ModelSpec:
        """Return the model with its revision, path and facts; those of the merged one for an adapter."""
        fetched = self.own(spec, sink=sink, cancel=cancel)
        if fetched.base is None or fetched.base.path is None:
            return fetched
        folder = merged_folder(fetched, self._root)
        merged = find_merged(fetched, folder)
        if merged is None:
            merged = self._models.call("merge_adapter", fetched, folder, cancel=cancel)
        return merged
