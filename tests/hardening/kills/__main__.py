"""``python -m tests.hardening.kills --kills 1000 --out DIR``: a campaign that goes on where it stopped."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from tests.hardening.kills.processes import ProcessBench
from tests.hardening.kills.trial import Bench, Trial
from tests.hardening.kills.work import SCENARIOS

# Real processes take as long as all else together if one trial in so many is theirs.
EVERY = 25


def main() -> None:
    """Kill so often, each kind of work in turn, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="folder of results.jsonl")
    parser.add_argument("--only", default="", help="part of the name of the work")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    results = arguments.out / "results.jsonl"
    trials = (
        [Trial(**json.loads(line)) for line in results.read_text().splitlines()] if results.exists() else []
    )
    chosen = [scenario for scenario in SCENARIOS if arguments.only in scenario.name]
    with tempfile.TemporaryDirectory() as folder, results.open("a") as file:
        benches: list[Bench | ProcessBench] = [
            Bench(scenario, Path(folder) / str(i)) for i, scenario in enumerate(chosen)
        ]
        rare = [ProcessBench(Path(folder) / "processes")] if arguments.only in "real processes" else []
        while sum(len(trial.kills) for trial in trials) < arguments.kills:
            is_rare = bool(rare) and (len(trials) % EVERY == 0 or not benches)
            bench = rare[0] if is_rare else benches[len(trials) % len(benches)]
            trials.append(bench.try_once(np.random.default_rng((arguments.seed, len(trials)))))
            file.write(f"{json.dumps(asdict(trials[-1]))}\n")
            file.flush()
            if trials[-1].problems:
                sys.stdout.write(f"{trials[-1]}\n")
    say(trials)


def say(trials: Sequence[Trial]) -> None:
    """Print how often each kind of work was killed, where, and what was wrong."""
    for name in dict.fromkeys(trial.scenario for trial in trials):
        mine = [trial for trial in trials if trial.scenario == name]
        failed = sum(bool(trial.problems) for trial in mine)
        places = Counter(kill for trial in mine for kill in trial.kills)
        sys.stdout.write(
            f"| {name} | {len(mine)} trials, {places.total()} kills at {len(places)} places | {failed} |\n"
        )


main()
