"""Extraction options: checked before any model is touched, so without torch."""

from __future__ import annotations

import re

from ptmrank_core.errors import InputError, UnknownNameError
from ptmrank_core.records import ExtractionOptions

__all__ = ["DTYPES", "check_options", "split_devices"]

DTYPES = ("auto", "float32", "bfloat16", "float16")
DEVICE_PATTERN = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


def split_devices(text: str) -> tuple[str, ...]:
    """Split devices that are separated by commas; a run has a model at work on each of them at a time."""
    return tuple(text.split(","))


def _check_devices(text: str) -> None:
    """Refuse what names no device, or devices that cannot work together.

    Raises
    ------
    InputError
        If one is unknown or named twice, or if they are of several kinds.
    """
    names = split_devices(text)
    for name in names:
        if not DEVICE_PATTERN.fullmatch(name):
            raise InputError(
                f"Unknown device {name!r}.",
                hint="Use auto, cpu, mps, cuda or cuda:N; several are separated by commas: cuda:0,cuda:1.",
            )
    if len(names) > 1 and "auto" in names:
        raise InputError("Of several devices one is 'auto'.", hint="Name each of them: cuda:0,cuda:1.")
    if len({name.partition(":")[0] for name in names}) > 1:
        # Each kind has a number format of its own: which device a model meets must not change its features.
        raise InputError(f"The devices {text!r} are of several kinds.", hint="Name devices of one kind.")
    known = ["cuda:0" if name == "cuda" else name for name in names if name != "cpu"]
    if twice := [name for name in known if known.count(name) > 1]:
        raise InputError(
            f"The device {twice[0]!r} is named twice in {text!r}.",
            hint="Name each once; only cpu may be repeated, for as many models at a time.",
        )


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
    _check_devices(options.device)
    if options.batch_size is not None and options.batch_size < 1:
        raise InputError(f"The batch size is {options.batch_size}; expected at least 1.")
    return options
