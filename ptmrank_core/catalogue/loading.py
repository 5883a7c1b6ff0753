"""Whether a candidate can be loaded here, as far as that can be told before its files are fetched."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal, TypeAlias

from ptmrank_core.catalogue.candidates import Candidate

__all__ = ["LOADABLE", "Loading", "Verdict", "loading_of"]

Verdict: TypeAlias = Literal["yes", "likely", "extra", "unknown", "no"]
# What a selection of models that shall work takes.
LOADABLE: frozenset[Verdict] = frozenset({"yes", "likely"})
# Libraries whose repositories AutoModel loads. The third has a pooling of its own, which is kept.
AUTO_MODEL = {"transformers", "timm", "sentence-transformers"}


@dataclass(frozen=True, slots=True)
class Loading:
    """Whether a model can be loaded here.

    Parameters
    ----------
    verdict
        ``"yes"``; ``"likely"`` where its family is not in the pooling table, or not known before it is
        fetched; ``"extra"`` where a package has to be installed first; ``"unknown"``; ``"no"``.
    words
        What the reader is told, in a sentence.
    """

    verdict: Verdict
    words: str


def loading_of(model: Candidate) -> Loading:
    """Tell whether a model can be loaded here.

    Parameters
    ----------
    model
        A candidate of any list.

    Returns
    -------
    Loading
        Gated models are judged as if they were open: ``is_gated`` says it besides.
    """
    if model.hurdle is not None:
        return Loading("no", model.hurdle)
    if model.has_safetensors is False:
        return Loading("no", "It has no safetensors weights; pickled weights are not loaded.")
    if model.loader == "timm" and find_spec("timm") is None:
        return Loading("extra", "It needs timm: pip install 'ptmrank[timm]'.")
    if model.loader in AUTO_MODEL:
        return _by_auto_model(model)
    if model.loader is not None:
        return Loading("no", f"It is a model of the library {model.loader}, not of transformers.")
    return Loading("unknown", "It shows when it is fetched: nothing is known of its library.")


def _by_auto_model(model: Candidate) -> Loading:
    own = ", with the pooling of its own" if model.loader == "sentence-transformers" else ""
    if model.is_pooled:
        return Loading("yes", f"AutoModel loads it{own}.")
    return Loading("likely", f"AutoModel should load it{own}; its family shows when it is fetched.")
