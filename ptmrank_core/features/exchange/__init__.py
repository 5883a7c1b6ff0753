"""Features on their way from the cache of one machine to that of another, in files.

A file of features holds what metrics read (``embeddings``, ``source_logits``, ...), and beside that, under
names that begin with ``cache.``, what a cache needs to know of the same vectors: whose they are and how they
came about, the digest of each sample, hidden layers. None of it is trusted: the key is computed anew from
what the file says of the model, and a checksum covers every array.
"""

from ptmrank_core.features.exchange.reading import Exchanged, read_exchanged
from ptmrank_core.features.exchange.taking_in import put_exchanged
from ptmrank_core.features.exchange.writing import cache_arrays

__all__ = ["Exchanged", "cache_arrays", "put_exchanged", "read_exchanged"]
