"""The feature cache on disk, its keys, and the file of facts measured on this machine; none needs torch."""

from ptmrank_core.features.cache.feature_cache import FeatureCache, cached_models
from ptmrank_core.features.cache.reports import CachedModel, CacheReport

__all__ = ["CacheReport", "CachedModel", "FeatureCache", "cached_models"]
