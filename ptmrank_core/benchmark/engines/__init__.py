"""Engines, which execute runs: at present, this machine."""

from ptmrank_core.benchmark.engines.local import cancel_run, model_process, run_here, run_taken
from ptmrank_core.benchmark.engines.ready import keep_ready, may_wait
from ptmrank_core.benchmark.engines.workers import keep_queues_going, start_worker

__all__ = [
    "cancel_run",
    "keep_queues_going",
    "keep_ready",
    "may_wait",
    "model_process",
    "run_here",
    "run_taken",
    "start_worker",
]
