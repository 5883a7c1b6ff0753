"""Formats of models that are not read here: how each is recognised, and what to do instead."""

from ptmrank_core.catalogue.formats.contents import is_pointer, refuse_pointer
from ptmrank_core.catalogue.formats.quantisation import refuse_other_format, refuse_quantised_weights
from ptmrank_core.catalogue.formats.refusals import (
    damaged_weights,
    no_checkpoint,
    no_config,
    no_weights,
    refuse_model_file,
)

__all__ = [
    "damaged_weights",
    "is_pointer",
    "no_checkpoint",
    "no_config",
    "no_weights",
    "refuse_model_file",
    "refuse_other_format",
    "refuse_pointer",
    "refuse_quantised_weights",
]
