"""Choosing the device that a model runs on, and its memory. Imports torch."""

from __future__ import annotations

import gc

import torch

from ptmrank_core.errors import InputError, InputField
from ptmrank_core.features.options import split_devices

__all__ = ["free_memory", "is_out_of_memory", "peak_memory_bytes", "reset_peak", "resolve_device"]


def resolve_device(name: str) -> torch.device:
    """Turn ``"auto"``, ``"cpu"``, ``"cuda"``, ``"cuda:1"`` or ``"mps"`` into a device; of several the first.

    Raises
    ------
    InputError
        If the device is not there.
    """
    name = split_devices(name)[0]
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    device = torch.device(name)
    missing = (
        (device.type == "mps" and not torch.backends.mps.is_available())
        or (device.type == "cuda" and not torch.cuda.is_available())
        or (device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count())
    )
    if missing:
        raise InputError(f"Device {name!r} is not available here.", fields=[InputField.DEVICE])
    return device


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of a forward pass means that memory ran out.

    CUDA raises a class of its own; cuDNN, MPS and the CPU allocator say so only in the message.
    """
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    text = str(error).lower()
    return any(
        sign in text for sign in ("out of memory", "cudnn_status_alloc_failed", "can't allocate memory")
    )


def free_memory() -> None:
    """Release cached device memory."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()


def reset_peak(device: torch.device) -> None:
    """Restart the measurement of peak memory."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)


def peak_memory_bytes(device: torch.device) -> int | None:
    """Peak device memory since :func:`reset_peak`; ``None`` if the device does not report it."""
    return int(torch.cuda.max_memory_allocated(device)) if device.type == "cuda" else None
