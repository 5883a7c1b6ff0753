"""What all sessions of this server share: settings, the store of runs, the caches."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from ptmrank_core.benchmark import RunStore, is_shipped, keep_queues_going, keep_ready, shipped_store
from ptmrank_core.benchmark.doctor import Diagnosis, examine
from ptmrank_core.benchmark.work.kept_results import KeptResults
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data import check_upload
from ptmrank_core.errors import StoreError
from ptmrank_core.features import FeatureCache

__all__ = ["examine_home", "features", "kept_results", "settings", "stay_ready", "store", "store_of"]


@st.cache_resource
def settings() -> Settings:
    """Read the settings, once for all sessions."""
    return load_settings()


@st.cache_resource
def store() -> RunStore:
    """Open the store of runs, once for all sessions; what was queued before goes on."""
    opened = RunStore(settings())
    keep_queues_going(settings(), opened)
    return opened


def stay_ready() -> None:
    """Have a worker wait for the next run, if nothing else is at work: somebody has a page open.

    What keeps the store from being read is said by the pages that need it.
    """
    with suppress(StoreError):
        keep_ready(settings(), store())


def store_of(run_id: str) -> RunStore:
    """Return the store that a run is read from: that of this home, or the one that comes with the product."""
    return shipped_store() if is_shipped(run_id) else store()


@st.cache_resource(max_entries=1, on_release=FeatureCache.close)
def features() -> FeatureCache:
    """Open the feature cache, once for all sessions."""
    return FeatureCache(settings())


@st.cache_resource(max_entries=1, on_release=KeptResults.close)
def kept_results() -> KeptResults:
    """Open the store of kept results, once for all sessions."""
    return KeptResults(settings())


def examine_home() -> list[Diagnosis]:
    """Look at everything that is kept; nothing is changed."""
    return examine(settings(), check_upload=check_upload)
