"""What ``"auto"`` means here: the device and the number format a model computes in.

Half precision is taken where the hardware multiplies it natively. A run whose features are all cached must
not import torch, so the answer is found without it where that is possible, and remembered where it is not.
"""

from __future__ import annotations

import json
import platform
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from ptmrank_core.features.cache.facts_file import FactsFile
from ptmrank_core.records import ExtractionOptions

__all__ = ["AUTO", "cpu_dtype", "resolve_options"]

AUTO = "auto"
CPU_FLAGS = Path("/proc/cpuinfo")
NVIDIA_DEVICES = Path("/proc/driver/nvidia/gpus")
BF16_FLAGS = frozenset({"amx_bf16", "avx512_bf16"})
FIRST_WITH_BF16 = 8  # CUDA compute capability of Ampere


@dataclass(frozen=True, slots=True)
class Precision:
    """Where and in what models compute when nothing else is asked for."""

    device: str
    dtype: str


@lru_cache(maxsize=1)
def cpu_dtype(cpuinfo: Path = CPU_FLAGS) -> str:
    """Tell the processor's number format: ``"bfloat16"`` where it has instructions for it.

    Parameters
    ----------
    cpuinfo
        What Linux tells of the processor; elsewhere there is no such file, and float32 is taken.
    """
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "float32"
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return "bfloat16" if BF16_FLAGS.intersection(flags) else "float32"


def resolve_options(options: ExtractionOptions, facts: FactsFile) -> ExtractionOptions:
    """Replace ``"auto"`` by what it means on this machine.

    Parameters
    ----------
    options
        As the user gave them.
    facts
        Where the answer is kept that only torch can give.

    Returns
    -------
    ExtractionOptions
        With a concrete dtype; the device stays ``"auto"`` where it was, for it decides no vector.
    """
    if options.dtype != AUTO:
        return options
    kind = options.device.partition(":")[0]
    if kind == "cpu":
        dtype = cpu_dtype()
    elif kind == "mps":
        dtype = "float32"
    else:
        dtype = _default_precision(options.device, facts).dtype
    return replace(options, dtype=dtype)


def _default_precision(device: str, facts: FactsFile) -> Precision:
    """Look the device's format up, or ask torch and keep the answer as long as the machine is the same."""
    torch_version = version("torch")
    if device == AUTO and torch_version.endswith("+cpu") and platform.system() != "Darwin":
        return Precision("cpu", cpu_dtype())
    name = f"precision of {device}"
    machine = json.dumps([torch_version, platform.processor(), sorted(_nvidia_devices())])
    recorded = facts.get(name)
    if isinstance(recorded, dict) and recorded.get("machine") == machine:
        return Precision(recorded["device"], recorded["dtype"])
    precision = _ask_torch(device)
    facts.put(name, asdict(precision) | {"machine": machine})
    return precision


def _nvidia_devices() -> list[str]:
    try:
        return [path.name for path in NVIDIA_DEVICES.iterdir()]
    except OSError:
        return []


def _ask_torch(device: str) -> Precision:
    """Ask the device that would be used."""
    import torch

    from ptmrank_core.features.device import resolve_device  # noqa: PLC0415 - loads torch

    resolved = resolve_device(device)
    if resolved.type == "cuda":
        major, _ = torch.cuda.get_device_capability(resolved)
        return Precision("cuda", "bfloat16" if major >= FIRST_WITH_BF16 else "float16")
    return Precision(resolved.type, cpu_dtype() if resolved.type == "cpu" else "float32")
