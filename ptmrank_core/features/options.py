"""Extraction options: checked before any model is touched, so without torch."""

from __future__ import annotations

import re

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import ExtractionOptions

__all__ = ["DTYPES", "check_options"]

DTYPES = ("auto", "float32", "bfloat16", "float16")
DEVICE_PATTERN = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


def check_options(options: ExtractionOptions) -> ExtractionOptions:
    """Return the options if they are valid.

    Raises
    ------
    UnknownNameError
        If the dtype is none of :data:`DTYPES`.
    InputError
        If the device or the batch size cannot be used.
    """
    if options.dtype not in DTYPES:
        raise UnknownNameError("dtype", options.dtype, DTYPES)
    if not DEVICE_PATTERN.fullmatch(options.device):
        raise InputError(f"Unknown device {options.device!r}.", hint="Use auto, cpu, mps, cuda or cuda:N.")
    if options.batch_size is not None and options.batch_size < 1:
        raise InputError(f"The batch size is {options.batch_size}; expected at least 1.")
    return options
