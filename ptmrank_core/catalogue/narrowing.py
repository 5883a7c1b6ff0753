"""Filtering a list of candidates by their facts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ptmrank_core.catalogue.candidates import Candidate
from ptmrank_core.catalogue.licences import LicenceClass
from ptmrank_core.catalogue.loading import loading_of

__all__ = ["Narrowing", "narrow"]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Conditions on candidates.

    Parameters
    ----------
    search
        Words that must all occur in the id, the family or the pre-training; upper and lower case count alike.
    licences
        Classes of licences; empty for any.
    max_parameters
        Size of the largest model; models of unknown size are then left out. ``None`` for any size.
    loadable
        Whether to leave out models that cannot be loaded here, or not without another package.
    since, min_downloads
        The earliest year, and the fewest downloads in a month; models without these facts are left out.
    with_head
        Whether to keep only models with a head of known classes, which some metrics need.
    ids
        Ids of the only models to keep; ``None`` for all.
    """

    search: str = ""
    licences: frozenset[LicenceClass] = frozenset()
    max_parameters: int | None = None
    loadable: bool = False
    since: int | None = None
    min_downloads: int | None = None
    with_head: bool = False
    ids: Collection[str] | None = None


def narrow(models: Iterable[Candidate], wanted: Narrowing) -> list[Candidate]:
    """Keep the candidates that meet the conditions, in their order."""
    words = wanted.search.lower().split()
    return [model for model in models if _holds(model, words) and _fits(model, wanted)]


def _holds(model: Candidate, words: list[str]) -> bool:
    text = f"{model.id} {model.peatmoss_id or ''} {model.family or ''} {model.pretraining or ''}".lower()
    return all(word in text for word in words)


def _fits(model: Candidate, wanted: Narrowing) -> bool:
    limit, size = wanted.max_parameters, model.n_parameters
    is_small = limit is None or (size is not None and size <= limit)
    is_free = not wanted.licences or model.licence_class in wanted.licences
    is_loadable = not wanted.loadable or loading_of(model).verdict not in {"no", "extra"}
    is_recent = wanted.since is None or (model.year or 0) >= wanted.since
    is_used = wanted.min_downloads is None or (model.downloads or 0) >= wanted.min_downloads
    has_head = not wanted.with_head or bool(model.source_head or model.n_source_classes)
    is_meant = wanted.ids is None or model.id in wanted.ids
    return all((is_small, is_free, is_loadable, is_recent, is_used, has_head, is_meant))
