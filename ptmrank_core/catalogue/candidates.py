"""A candidate model: what is known of it before its files are downloaded."""

from __future__ import annotations

from dataclasses import dataclass

from ptmrank_core.catalogue.licences import LicenceClass, licence_class
from ptmrank_core.records import Modality

__all__ = ["Candidate"]

BYTES_A_PARAMETER = 4  # most checkpoints are kept in float32; one in half precision is half as large


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate model; what is unknown is ``None``, never 0.

    Parameters
    ----------
    id
        Its current id on the Hub.
    modality
        Modality of its input.
    tasks, starter_of
        Task categories it is a candidate for, and those whose starter set it belongs to.
    family, model_type
        Name of its family, in general and in its ``config.json``.
    loader
        Library that loads it: ``"transformers"``, ``"timm"``, ``"sentence-transformers"`` or another library.
    hurdle
        Why it cannot be loaded here, in a sentence; ``None`` where nothing is known against it.
    is_pooled
        Whether the pooling table of this version has a row for its family.
    n_parameters, n_encoder_parameters
        Approximate number of parameters without a head; that of the part that runs, if only a part does.
    width
        Width of its features.
    pretraining
        Its pre-training data and method.
    licence
        Licence tag.
    year
        When it was published.
    is_gated
        Whether its files ask for an account.
    source_head, n_source_classes
        Classes of its source head.
    input_size
        Pixels, tokens, or length of a recording.
    downloads, downloads_of
        Downloads in a month, and the month or year of that count.
    reuse_repositories
        GitHub repositories that use it, as PeaTMOSS counted them.
    peatmoss_id
        Its id in PeaTMOSS.
    has_safetensors
        Whether its weights are in a format that is safe to read.
    size_bytes
        Bytes of its weights, where they are known.
    note
        Anything else worth knowing.
    """

    id: str
    modality: Modality | None = None
    tasks: tuple[str, ...] = ()
    starter_of: tuple[str, ...] = ()
    family: str | None = None
    model_type: str | None = None
    loader: str | None = None
    hurdle: str | None = None
    is_pooled: bool = False
    n_parameters: int | None = None
    n_encoder_parameters: int | None = None
    width: int | None = None
    pretraining: str | None = None
    licence: str | None = None
    year: int | None = None
    is_gated: bool | None = None
    source_head: str | None = None
    n_source_classes: int | None = None
    input_size: str | None = None
    downloads: int | None = None
    downloads_of: str | None = None
    reuse_repositories: int | None = None
    peatmoss_id: str | None = None
    has_safetensors: bool | None = None
    size_bytes: int | None = None
    note: str | None = None

    @property
    def licence_class(self) -> LicenceClass:
        """Class of its licence."""
        return licence_class(self.licence)

    @property
    def about_bytes(self) -> int | None:
        """Bytes of its weights: known, or estimated from its parameters; ``None`` if neither is known."""
        if self.size_bytes is not None or self.n_parameters is None:
            return self.size_bytes
        return self.n_parameters * BYTES_A_PARAMETER

    @property
    def n_running_parameters(self) -> int | None:
        """Parameters of the part that runs."""
        return self.n_encoder_parameters or self.n_parameters
