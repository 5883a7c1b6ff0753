"""What is kept on disk between runs: vectors by their key, and facts about this machine. Without torch."""

from ptmrank_core.features.cache.feature_cache import CachedModel, CacheReport, FeatureCache

__all__ = ["CacheReport", "CachedModel", "FeatureCache"]
