"""How well a race chooses, and what that costs, on recorded runs of training.

    python -m tests.benchmarks.race [FOLDER ...] [--cache FOLDER] [--draws N] [--write]

The curves of the demos are replayed: a task is one size of the training set and one seed, by which every
strategy chooses; models are judged by what fine-tuning reaches with the other seeds. (The demo tests of all
seeds share their samples, so every row is a little optimistic.) A dose costs the processor seconds that it
took when it was recorded, as a share of fine-tuning every model of the task once; the final training of the
chosen model comes on top for every row. Regret is in points. What the race knows of probes and of curves is
fitted to the other sets alone. Untrained and shuffled models are controls and no candidates.

The recorded runs have a one-cycle learning rate, and on pictures and speech a head that starts at random, so
their first passes tell little: hard on every strategy that looks after one pass, the race included.

FOLDER holds further sets: ``truth.json`` and features, as ``tests.benchmarks.consensus`` reads them, with
accuracies after one and two of five epochs. They count in what is known from other sets, and are replayed
as far as on record.

Intervals are over draws of the seeds and models of each task. ``--write`` enters the coefficients of curves,
fitted to all sets, in the product's record.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ptmrank_core.benchmark.race.posterior import Knowledge
from ptmrank_core.prediction import CURVES_FILE, TunedModel, fit_coefficients
from ptmrank_core.prediction.curves_fit import RecordedCurve, fit_curve_coefficients
from tests.benchmarks.consensus.__main__ import CACHE
from tests.benchmarks.consensus.orders import LEFT_OUT, PROBE, SIZE, orders_of
from tests.benchmarks.consensus.sets import ScoredSet, score_sets
from tests.benchmarks.consensus.writing import plain, tuned_models
from tests.benchmarks.race import strategies as ways
from tests.benchmarks.race.recorded import DEMOS, read_tasks, recorded_curves
from tests.benchmarks.race.tables import N_DRAWS, tables

NAMES = {ways.LOGME: "LogME", ways.VOTE: LEFT_OUT, ways.SIZE: SIZE, ways.PROBE: PROBE}


def main() -> None:
    """Replay the recorded runs and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where scores are kept")
    parser.add_argument("--draws", type=int, default=N_DRAWS, help="draws of seeds and models")
    parser.add_argument("--write", action="store_true", help="enter the coefficients of curves")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    places = [*(f"demo:{name}" for name in DEMOS), *(str(folder) for folder in options.folders)]
    sets = [own for place in places for own in score_sets(place, options.cache, 0)]
    tasks = read_tasks(options.folders)
    curves = recorded_curves(tasks)
    if options.write:
        write_curve_coefficients(curves)
    knowledge = left_out_knowledge(tuned_models(sets), curves)
    orders = orders_by_set(sets)
    for text in tables(orders, tasks, knowledge, options.draws):
        sys.stdout.write(text + "\n\n")
        sys.stdout.flush()


def left_out_knowledge(models: Sequence[TunedModel], curves: Sequence[RecordedCurve]) -> dict[str, Knowledge]:
    """Fit to all other sets what is known beforehand of each."""
    return {
        name: Knowledge(
            fit_coefficients([own for own in models if own.set_name != name]),
            fit_curve_coefficients([own for own in curves if own.set_name != name]),
        )
        for name in dict.fromkeys(curve.set_name for curve in curves)
    }


def orders_by_set(sets: Sequence[ScoredSet]) -> dict[str, dict[str, dict[str, float]]]:
    """Set -> name of an order -> model -> number."""
    found = {}
    for scored in sets:
        if scored.truth("fine-tuning"):
            orders = orders_of(scored, sets)
            found[plain(scored.name)] = {own: dict(orders[row]) for own, row in NAMES.items()}
    return found


def write_curve_coefficients(curves: Sequence[RecordedCurve]) -> None:
    """Fit the coefficients of curves to all sets and enter them."""
    found = asdict(fit_curve_coefficients(curves))
    rounded = {key: round(own, 4) if isinstance(own, float) else own for key, own in found.items()}
    CURVES_FILE.write_text(json.dumps(rounded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
