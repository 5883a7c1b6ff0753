"""What ``"auto"`` means on this machine: the device and the number format that models compute in.

Half precision is used if the hardware multiplies it natively. A run whose features are all cached must not
import torch, so the answer is found without torch if possible, and otherwise recorded for the next run.
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
    """Device and number format of ``"auto"``."""

    device: str
    dtype: str


@lru_cache(maxsize=1)
def cpu_dtype(cpuinfo: Path = CPU_FLAGS) -> str:
    """Return the processor's number format: ``"bfloat16"`` if it has instructions for it.

    Parameters
    ----------
    cpuinfo
        File in which Linux describes the processor; other systems have none, and float32 is used.
    """
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "float32"
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return "bfloat16" if BF16_FLAGS.intersection(flags) else "float32"


def resolve_options(options: ExtractionOptions, facts: FactsFile) -> ExtractionOptions:
    """Replace a dtype of ``"auto"`` by the format that is used on this machine.

    Parameters
    ----------
    options
        Options as the user gave them.
    facts
        Where an answer of torch is recorded.

    Returns
    -------
    ExtractionOptions
        With a concrete dtype; a device of ``"auto"`` stays, because it does not change a vector's key.
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
    """Look up the format of the device, or ask torch and record the answer for this hardware."""
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
    """Ask torch for the device and its format."""
    import torch

    from ptmrank_core.features.device import resolve_device  # noqa: PLC0415 - loads torch

    resolved = resolve_device(device)
    if resolved.type == "cuda":
        major, _ = torch.cuda.get_device_capability(resolved)
        return Precision("cuda", "bfloat16" if major >= FIRST_WITH_BF16 else "float16")
    return Precision(resolved.type, cpu_dtype() if resolved.type == "cpu" else "float32")
