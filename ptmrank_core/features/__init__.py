"""Samples x ModelSpec -> Features: the only home of torch and transformers.

Importing this package loads neither: they are imported when a model has to run, that is, when at least
one sample is not in the cache.
"""

from ptmrank_core.features.cache import CachedModel, CacheReport, FeatureCache, cached_models
from ptmrank_core.features.extract import extract, extract_cached, load_cached
from ptmrank_core.features.options import DTYPES, check_options

__all__ = [
    "DTYPES",
    "CacheReport",
    "CachedModel",
    "FeatureCache",
    "cached_models",
    "check_options",
    "extract",
    "extract_cached",
    "load_cached",
]
