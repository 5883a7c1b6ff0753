"""How long the demo takes from the command line: ``python -m tests.benchmarks.demo_run``.

Expected on two cores: a cold run under 30 s, most of it importing torch and loading thirteen models; a
warm run under 3 s, none of it in a model. The cold and the warm run are timed in turn, each in a process
of its own, so that a drift of the machine's speed meets both.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

COMMAND = [
    *(sys.executable, "-m", "ptmrank_core", "rank", "--task", "image-classification"),
    *("--samples", "demo:digits", "--models", "demo", "--metrics", "logme,hscore,leep", "--json"),
]
STAGES = ("load", "preprocess", "forward", "score")


def timed_run(home: str) -> dict[str, float]:
    """Run once; return the wall seconds and the seconds of each stage, all models together."""
    start = time.perf_counter()
    done = subprocess.run(
        COMMAND, env=os.environ | {"PTMRANK_HOME": home}, capture_output=True, text=True, check=True
    )
    wall = time.perf_counter() - start
    timings = json.loads(done.stdout)["timings"].values()
    return {"wall": wall} | {stage: sum(timing[stage] for timing in timings) for stage in STAGES}


def main(n_rounds: int = 3) -> None:
    """Print the median seconds of cold and warm runs."""
    cold, warm = [], []
    for _ in range(n_rounds):
        with tempfile.TemporaryDirectory() as home:
            cold.append(timed_run(home))
            warm.append(timed_run(home))
    sys.stdout.write(
        f"median seconds of {n_rounds} rounds\n| | wall | {' | '.join(STAGES)} |\n|---|---|---|---|---|---|\n"
    )
    for name, runs in (("cold", cold), ("warm", warm)):
        medians = [statistics.median(run[key] for run in runs) for key in ("wall", *STAGES)]
        sys.stdout.write(f"| {name} | {' | '.join(f'{value:.2f}' for value in medians)} |\n")


if __name__ == "__main__":
    main()
