"""The machine: libraries, device and memory."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from ptmrank_core import __version__
from ptmrank_core.benchmark.doctor.diagnosis import Diagnosis, Patient, ill, say_bytes
from ptmrank_core.benchmark.execution.environment import PACKAGES
from ptmrank_core.benchmark.scheduling.devices import concrete_device

__all__ = ["check_libraries", "check_machine", "check_settings"]


def check_settings(patient: Patient) -> Iterator[Diagnosis]:
    """Say which settings hold; odd ones are refused before anything is looked at."""
    settings = patient.settings
    said = f"feature cache up to {say_bytes(settings.cache_limit_bytes)}"
    said += f"; models of {settings.models_dir}" if settings.models_dir else ""
    said += "; shared by several visitors" if settings.shared else ""
    wanted = {"PTMRANK_MODELS": settings.models_dir, "PTMRANK_PEATMOSS": settings.peatmoss}
    for name, path in wanted.items():
        if path is not None and not path.exists():
            advice = f"Set {name} to what exists, or unset it."
            yield ill("settings", f"{name} is {path}, which does not exist.", advice)
    yield Diagnosis("settings", f"{said}.")


def check_libraries(patient: Patient) -> Iterator[Diagnosis]:
    """Check that every library that results depend on is installed."""
    del patient
    found, missing = [], []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    if missing:
        said = f"Not installed: {', '.join(missing)}."
        yield ill("libraries", said, "Install PTMRank again with pip.")
    yield Diagnosis(
        "libraries", f"PTMRank {__version__}, Python {platform.python_version()}, {', '.join(found)}."
    )


def check_machine(patient: Patient) -> Iterator[Diagnosis]:
    """Say where models run, and how much memory is free."""
    del patient
    said = f"Models run on {concrete_device('auto')}; {os.cpu_count() or 1} processors"
    if "SC_AVPHYS_PAGES" in getattr(os, "sysconf_names", {}):
        free_bytes = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        said += f", {say_bytes(free_bytes)} of memory free"
    yield Diagnosis("machine", f"{said}.")
