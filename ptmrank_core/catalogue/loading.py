"""Whether a candidate can be loaded here, as far as is known before its files are downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal, TypeAlias

from ptmrank_core.catalogue.candidates import Candidate
from ptmrank_core.config import has_peft

__all__ = ["LOADABLE", "Loading", "Verdict", "loading_of"]

Verdict: TypeAlias = Literal["yes", "likely", "extra", "unknown", "no"]
# Verdicts of models that a preset may select.
LOADABLE: frozenset[Verdict] = frozenset({"yes", "likely"})
# Libraries whose repositories AutoModel loads. The third defines its own pooling, which is used.
AUTO_MODEL = {"transformers", "timm", "sentence-transformers"}


@dataclass(frozen=True, slots=True)
class Loading:
    """Whether a model can be loaded here.

    Parameters
    ----------
    verdict
        ``"yes"``; ``"likely"`` where its family is not in the pooling table, or not known before it is
        downloaded; ``"extra"`` where a package must be installed first; ``"unknown"``; ``"no"``.
    words
        The verdict in a sentence.
    """

    verdict: Verdict
    words: str


def loading_of(model: Candidate) -> Loading:
    """Judge whether a model can be loaded here.

    Parameters
    ----------
    model
        Any candidate.

    Returns
    -------
    Loading
        Gated models are judged as if they were open; see ``is_gated``.
    """
    if model.hurdle is not None:
        return Loading("no", model.hurdle)
    if model.has_safetensors is False:
        return Loading("no", "It has no safetensors weights, and pickled weights are not loaded.")
    if model.loader == "peft":
        return _by_merging()
    if model.loader in AUTO_MODEL:
        return _by_auto_model(model)
    if model.loader is not None:
        return Loading("no", f"It belongs to the library {model.loader}, not to transformers.")
    return Loading("unknown", "Its library is unknown; whether it loads is only known once it is downloaded.")


def _by_merging() -> Loading:
    """Judge an adapter, which names its base model in a small file."""
    if not has_peft():
        return Loading("extra", "It is an adapter, which needs peft: pip install 'ptmrank[peft]'.")
    return Loading("likely", "It is an adapter, merged into its base model once both are downloaded.")


def _by_auto_model(model: Candidate) -> Loading:
    if model.loader == "timm" and find_spec("timm") is None:
        return Loading("extra", "It needs timm: pip install 'ptmrank[timm]'.")
    pooling = ", with its own pooling" if model.loader == "sentence-transformers" else ""
    if model.is_pooled:
        return Loading("yes", f"AutoModel loads it{pooling}.")
    return Loading(
        "likely", f"AutoModel should load it{pooling}; its family is only known once it is downloaded."
    )
