"""A model as a list of candidates tells it: what is known before any of its files is here."""

from __future__ import annotations

from dataclasses import dataclass

from ptmrank_core.catalogue.licences import LicenceClass, licence_class
from ptmrank_core.records import Modality

__all__ = ["Candidate"]

BYTES_A_PARAMETER = 4  # most checkpoints are kept in float32; one in half precision is half as large


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model of a list; what is unknown is ``None``, never 0.

    Parameters
    ----------
    id
        Its id on the Hub today.
    modality
        What it reads.
    tasks, starter_of
        Task categories it is a candidate for, and those whose starter set it belongs to.
    family, model_type
        What people call its family, and what its ``config.json`` does.
    loader
        What loads it: ``"transformers"``, ``"timm"``, ``"sentence-transformers"`` or another library.
    hurdle
        Why it cannot be loaded here, in a sentence; ``None`` where nothing is known against it.
    is_pooled
        Whether the pooling table of this version has a row for its family.
    n_parameters, n_encoder_parameters
        Parameters without a head, about; those of the part that runs where that is not all of it.
    width
        Width of its features.
    pretraining
        What it was trained on, and how.
    licence
        Licence tag.
    year
        When it was published.
    is_gated
        Whether its files ask for an account.
    source_head, n_source_classes
        Classes of its source head.
    input_size
        Pixels, tokens, or what a recording is cut to.
    downloads, downloads_of
        Downloads in a month, and of which month or year that is.
    reuse_repositories
        GitHub repositories that use it, as PeaTMOSS counted them.
    peatmoss_id
        Its id in PeaTMOSS.
    has_safetensors
        Whether its weights are in a format that is safe to read.
    size_bytes
        Bytes of its weights, where they are known.
    note
        What else is to be known.
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
        """What kind of licence it has."""
        return licence_class(self.licence)

    @property
    def about_bytes(self) -> int | None:
        """Bytes of its weights: known, or about, from its parameters; ``None`` where neither is known."""
        if self.size_bytes is not None or self.n_parameters is None:
            return self.size_bytes
        return self.n_parameters * BYTES_A_PARAMETER

    @property
    def n_running_parameters(self) -> int | None:
        """Parameters of the part that runs."""
        return self.n_encoder_parameters or self.n_parameters
