"""The one place that chooses an engine: this machine, or a cluster."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from ptmrank_core.benchmark.execution.engine import HERE, Engine
from ptmrank_core.config import LOCAL_ENGINE, Settings

__all__ = ["engine_of"]


def engine_of(settings: Settings) -> AbstractContextManager[Engine]:
    """Open the engine of the settings; within the block it is connected as soon as a run needs it."""
    if settings.engine == LOCAL_ENGINE:
        return nullcontext(HERE)
    from ptmrank_core.benchmark.engines.ray.engine import RayEngine  # noqa: PLC0415 - a run here needs none

    return RayEngine(settings)
