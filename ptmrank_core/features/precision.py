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
from ptmrank_core.features.cache.keys import feature_key
from ptmrank_core.features.pooling import family_of
from ptmrank_core.records import ExtractionOptions, ModelSpec

__all__ = [
    "AUTO",
    "HALF_PRECISION",
    "HalfPrecisionError",
    "cpu_dtype",
    "failure_of",
    "fit_options",
    "keep_failure",
    "known_options",
    "resolve_options",
]

AUTO = "auto"
HALF_PRECISION = frozenset({"bfloat16", "float16"})
FULL = "float32"
CPU_FLAGS = Path("/proc/cpuinfo")
NVIDIA_DEVICES = Path("/proc/driver/nvidia/gpus")
BF16_FLAGS = frozenset({"amx_bf16", "avx512_bf16"})
FIRST_WITH_BF16 = 8  # CUDA compute capability of Ampere


class HalfPrecisionError(Exception):
    """A model failed in half precision, so that it should be tried in float32; never leaves this package."""


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
    known = known_options(options, facts)
    if known is not None:
        return known
    precision = _ask_torch(options.device)
    facts.put(_fact_name(options.device), asdict(precision) | {"machine": _machine()})
    return replace(options, dtype=precision.dtype)


def known_options(options: ExtractionOptions, facts: FactsFile) -> ExtractionOptions | None:
    """Do the same without torch; ``None`` where only torch knows the answer."""
    if options.dtype != AUTO:
        return options
    kind = options.device.partition(":")[0]
    if kind == "cpu":
        dtype: str | None = cpu_dtype()
    elif kind == "mps":
        dtype = "float32"
    else:
        dtype = _recorded_dtype(options.device, facts)
    return None if dtype is None else replace(options, dtype=dtype)


def fit_options(
    spec: ModelSpec, options: ExtractionOptions, facts: FactsFile
) -> tuple[ExtractionOptions, str]:
    """Replace half precision by float32 for a model that fails in it.

    Parameters
    ----------
    spec
        A model whose revision is known.
    options
        With a concrete dtype.
    facts
        Where failures of earlier runs are recorded.

    Returns
    -------
    options : ExtractionOptions
        The same where the model runs in its dtype, as far as is known.
    note : str
        Why they differ, in a sentence; empty where they are the same.
    """
    if options.dtype not in HALF_PRECISION:
        return options, ""
    in_full = replace(options, dtype=FULL)
    if not family_of(spec).in_half:
        return in_full, f"Ran in float32: models of the family {spec.model_type!r} fail in half precision."
    if reason := failure_of(spec, options, facts):
        return in_full, f"Ran in float32, since it failed in {options.dtype}: {reason}"
    return options, ""


def keep_failure(spec: ModelSpec, options: ExtractionOptions, facts: FactsFile, reason: str) -> None:
    """Record that a model failed in half precision and ran in float32."""
    facts.put(_failure_name(spec, options), reason)


def failure_of(spec: ModelSpec, options: ExtractionOptions, facts: FactsFile) -> str:
    """Return why a model failed in the number format of the options; empty if it is not known to."""
    reason = facts.get(_failure_name(spec, options))
    return reason if isinstance(reason, str) else ""


def _failure_name(spec: ModelSpec, options: ExtractionOptions) -> str:
    return f"failure of {feature_key(spec, options)}"


def _recorded_dtype(device: str, facts: FactsFile) -> str | None:
    """Look up the format of the device; ``None`` if torch was not asked on this hardware yet."""
    if device == AUTO and version("torch").endswith("+cpu") and platform.system() != "Darwin":
        return cpu_dtype()
    recorded = facts.get(_fact_name(device))
    is_of_here = isinstance(recorded, dict) and recorded.get("machine") == _machine()
    return str(recorded["dtype"]) if is_of_here else None


def _fact_name(device: str) -> str:
    return f"precision of {device}"


def _machine() -> str:
    return json.dumps([version("torch"), platform.processor(), sorted(_nvidia_devices())])


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
