"""The feature cache on disk, its keys, and the file of facts measured on this machine; none needs torch."""

from ptmrank_core.features.cache.feature_cache import CachedModel, CacheReport, FeatureCache

__all__ = ["CacheReport", "CachedModel", "FeatureCache"]
