"""Where runs are computed: a worker process on this machine."""

from ptmrank_core.benchmark.engines.local import run_here, start_worker

__all__ = ["run_here", "start_worker"]
