"""Workers of a test: processes that do a run with a small analysis of the test's own."""

from __future__ import annotations

import subprocess
import sys

__all__ = ["N_STEPS", "start_analysing_worker"]

N_STEPS = 8
# The analysis keeps a number that depends on the features, so that a repeated one can be told from another.
WORKER = f"""
import sys, time
from ptmrank_core.benchmark import analyses
from ptmrank_core.events import AnalysisStep, raise_if_cancelled
from ptmrank_core.records import Truth
from ptmrank_core.worker import main

def analyse(context):
    model = next(iter(context.specs))
    for step in range({N_STEPS}):
        context.run_context.sink(AnalysisStep("truth", step, {N_STEPS}))
        raise_if_cancelled(context.run_context.cancel)
        if not context.is_kept(Truth, str(step)):
            time.sleep(0.05)
            total = float(context.arrays(model)["embeddings"].sum())
            context.keep(Truth, str(step), lambda: Truth("sum", {{"sum": total}}))

analyses.ANALYSES = (analyse,)
sys.exit(main(sys.argv[1:]))
"""


def start_analysing_worker(run_id: str) -> subprocess.Popen[bytes]:
    """Start a worker whose run ends with eight findings; the caller waits for it or kills it."""
    return subprocess.Popen([sys.executable, "-c", WORKER, run_id], stderr=subprocess.DEVNULL)
