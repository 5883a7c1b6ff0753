"""The finished run that comes with the product: it is read as any other, and never changed.

Beside its store lie the embeddings of its models, since the feature cache of whoever looks at it has none of
them. No path of a machine is in either. ``assets/demo/scripts/finished.py`` makes both.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from ptmrank_core.benchmark.store.store import RunStore
from ptmrank_core.config import ASSETS, Settings

__all__ = [
    "SHIPPED_OWNER",
    "SHIPPED_RUN",
    "embeddings_file",
    "is_shipped",
    "shipped_embeddings",
    "shipped_settings",
    "shipped_store",
]

SHIPPED_RUN = "finished-digits"
"""Its id."""
SHIPPED_OWNER = "shipped"
"""Its owner, whom no visitor can be: those have other names."""


def is_shipped(run_id: str) -> bool:
    """Whether a run comes with the product."""
    return run_id == SHIPPED_RUN


def shipped_settings() -> Settings:
    """Return the settings of the home that holds it."""
    return Settings(home=ASSETS / "demo" / "finished")


def embeddings_file(home: Path) -> Path:
    """Return the file of the embeddings of its models in a home."""
    return home / "embeddings" / f"{SHIPPED_RUN}.safetensors"


@lru_cache(maxsize=1)
def shipped_store() -> RunStore:
    """Open its store, which can only be read.

    Raises
    ------
    StoreError
        Whenever it is used, if it cannot be read.
    """
    return RunStore(shipped_settings(), is_read_only=True)


def shipped_embeddings(model: str) -> NDArray[Any] | None:
    """Read the embeddings of one of its models; ``None`` if it has none.

    Parameters
    ----------
    model
        Id of the model.

    Returns
    -------
    ndarray or None
        Shape (n, d), as its run had them.
    """
    from safetensors import safe_open  # noqa: PLC0415 - only pictures of embeddings need it

    with safe_open(embeddings_file(shipped_settings().home), framework="numpy") as stored:
        names = stored.keys()
        found: NDArray[Any] | None = stored.get_tensor(model) if model in names else None
    return found
