"""The environment of a run: software versions and options that its results depend on."""

from __future__ import annotations

import platform
from importlib.metadata import version

from ptmrank_core import __version__
from ptmrank_core.config import has_peft
from ptmrank_core.records import RunPlan

__all__ = ["describe_environment"]

PACKAGES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "torch",
    "transformers",
    "pillow",
    "soundfile",
    "huggingface-hub",
)


def describe_environment(plan: RunPlan) -> dict[str, str]:
    """List the versions and options that results depend on, without importing the packages."""
    return {
        "ptmrank": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        **{package: version(package) for package in PACKAGES},
        "device": plan.options.device,
        "dtype": plan.options.dtype,
        "batch_size": str(plan.options.batch_size),
        "seed": str(plan.seed),
        **({"normalise": plan.normalise} if plan.normalise != "none" else {}),
        **({"reference_set": plan.reference_source} if plan.reference_source else {}),
        **({"source_samples": plan.source_samples} if plan.source_samples else {}),
        **({"peft": version("peft")} if _needs_peft(plan) and has_peft() else {}),
        **({"label_encoder": plan.label_encoder.id} if plan.label_encoder else {}),
    }


def _needs_peft(plan: RunPlan) -> bool:
    """Whether adapters are trained or merged, as far as the plan tells."""
    return plan.analyses.lora or any(spec.base is not None for spec in plan.models)
