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
from ptmrank_core.worker import main

def analyse(analyst):
    model = next(iter(analyst.specs))
    for step in range({N_STEPS}):
        analyst.tools.sink(AnalysisStep("test", step, {N_STEPS}))
        raise_if_cancelled(analyst.tools.cancel)
        if not analyst.is_kept("test", str(step)):
            time.sleep(0.05)
            arrays = analyst.arrays(model)
            analyst.keep("test", str(step), lambda: {{"sum": float(arrays["embeddings"].sum())}})

analyses.ANALYSES = (analyse,)
sys.exit(main(sys.argv[1:]))
"""


def start_analysing_worker(run_id: str) -> subprocess.Popen[bytes]:
    """Start a worker whose run ends with eight findings; the caller waits for it or kills it."""
    return subprocess.Popen([sys.executable, "-c", WORKER, run_id], stderr=subprocess.DEVNULL)
