"""Which device a run will use, determined without torch, which the dashboard never imports."""

from __future__ import annotations

import ctypes
import platform
import sys
from functools import lru_cache
from importlib import metadata

from ptmrank_core.features.options import split_devices
from ptmrank_core.records import RunPlan

__all__ = ["concrete_device", "device_of", "devices_of", "offered_devices"]

# The library that torch queries too, so the answers agree; it honours CUDA_VISIBLE_DEVICES.
CUDA_DRIVER = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
CPU_BUILD = "+cpu"


def device_of(plan: RunPlan) -> str:
    """Return the device of a plan's models, or several in one order, separated by commas.

    It is ``"cpu"`` if no model has to be run (features, columns).
    """
    return ",".join(sorted(set(devices_of(plan))))


def devices_of(plan: RunPlan) -> tuple[str, ...]:
    """Return the devices on which models of a plan are at work at a time; one of them may be there twice."""
    runs_models = any(spec.source != "features" and spec.modality != "tabular" for spec in plan.models)
    names = split_devices(plan.options.device) if runs_models else ("cpu",)
    return tuple(map(concrete_device, names))


def concrete_device(name: str) -> str:
    """Resolve ``"auto"`` and ``"cuda"`` to a concrete device, as the package ``features`` does.

    Parameters
    ----------
    name
        ``"auto"``, ``"cpu"``, ``"cuda"``, ``"cuda:1"`` or ``"mps"``.

    Returns
    -------
    str
        ``"cpu"``, ``"mps"`` or ``"cuda:N"``; runs on the same device wait for one another.
    """
    if name == "auto":
        if _n_cuda():
            return "cuda:0"
        return "mps" if (sys.platform, platform.machine()) == ("darwin", "arm64") else "cpu"
    return "cuda:0" if name == "cuda" else name


def offered_devices() -> tuple[str, ...]:
    """List what a run can be asked to use: ``"auto"`` alone, unless there are several GPUs."""
    names = [f"cuda:{place}" for place in range(_n_cuda())]
    return ("auto", ",".join(names), *names, "cpu") if len(names) > 1 else ("auto",)


@lru_cache(maxsize=1)
def _n_cuda() -> int:
    """Count the devices that the driver reports; 0 if torch was built without CUDA."""
    try:
        if metadata.version("torch").endswith(CPU_BUILD):
            return 0
        driver = ctypes.CDLL(CUDA_DRIVER)
    except (metadata.PackageNotFoundError, OSError):
        return 0
    count = ctypes.c_int(0)
    answered = driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
    return count.value if answered else 0
