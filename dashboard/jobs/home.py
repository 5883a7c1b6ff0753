"""What all sessions of this server share: settings, the store of runs, the feature cache."""

from __future__ import annotations

import streamlit as st

from ptmrank_core.benchmark import RunStore, keep_queues_going
from ptmrank_core.benchmark.doctor import Diagnosis, examine
from ptmrank_core.config import Settings, load_settings
from ptmrank_core.data import check_upload
from ptmrank_core.features import FeatureCache

__all__ = ["examine_home", "features", "settings", "store"]


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


@st.cache_resource(max_entries=1, on_release=FeatureCache.close)
def features() -> FeatureCache:
    """Open the feature cache, once for all sessions."""
    return FeatureCache(settings())


def examine_home() -> list[Diagnosis]:
    """Look at everything that is kept; nothing is changed."""
    return examine(settings(), check_upload=check_upload)
