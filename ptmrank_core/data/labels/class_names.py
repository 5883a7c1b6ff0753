"""Names of classes as texts, for a metric that embeds them (EMMS)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ptmrank_core.data.media.text import TextItem, digest_text
from ptmrank_core.records import Samples

__all__ = ["name_samples"]


def name_samples(names: Sequence[str]) -> Samples:
    """Make a text sample of each class name, in the order of the classes.

    A text encoder knows words: underscores and hyphens between them become blanks.

    Parameters
    ----------
    names
        Names of the classes.

    Returns
    -------
    Samples
        One sample of each class.
    """
    texts = [name.replace("_", " ").replace("-", " ").strip() or name for name in names]
    return Samples(
        modality="text",
        names=tuple(names),
        items=tuple(TextItem(text) for text in texts),
        labels=np.arange(len(names)),
        class_names=tuple(names),
        digests=tuple(digest_text(text) for text in texts),
        left_out=(),
        source="class names",
    )
