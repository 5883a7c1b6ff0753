"""Engines, which execute runs: at present, this machine."""

from ptmrank_core.benchmark.engines.local import cancel_run, model_process, run_here, start_worker

__all__ = ["cancel_run", "model_process", "run_here", "start_worker"]
