"""How well the vote and the prediction do on real models, judged by fine-tuning and by a linear probe.

    python -m tests.benchmarks.consensus PLACE [PLACE ...] [--cache FOLDER] [--draws N] [--layers] [--write]

PLACE is a folder with features of one or several sets, ``<set>__<model>.npz`` with ``embeddings``, ``labels``
and, where the model has a head, ``source_logits``; and ``truth.json``: set -> ``linear_probe_accuracy`` ->
model -> ``{"mean": accuracy}`` and, where the models were fine-tuned, ``fine_tuning`` -> ``accuracy`` ->
model -> ``mean``, ``n_parameters``, and ``in_domain``, the models that were pre-trained on samples of the
target's own kind. Or it is ``demo:digits``, ``demo:docstrings``, ``demo:spoken-digits``: a demo zoo with its
record. Untrained and shuffled models are controls and no candidates.

Leave one zoo out: what the vote knows of the metrics comes from sets that share no model with the judged one,
and from published tables. Columns: weighted tau (Vigna), mean over sets; regret of the first, and of the best
of the first three, in points; how often the first is within 2 points; and the same without the sets near the
ceiling (two probes or more above 95 %: there no score tells the best apart). Beside it stand the rows that
arXiv:2510.06448 asks for (size, a static list, pairs of like size and of one family, the spread of the
truth), differences to the mean rank of LogME and N-LEEP with 90 % intervals (those of tau over draws of the
models, those of the regret over draws of the accuracies within their errors), the models in the order in
which they are chosen to be trained (there *of three* speaks of the three to train), other rules that were
tried, and how often intervals of the prediction hold models of sets that they were not fitted to.

``--draws N`` judges N draws of few samples as well (one and a half times the median width). ``--layers``
judges the mean over the hidden layers of demo models, and the best of them (minutes). ``--write`` enters the
agreements and coefficients in the product's records.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.consensus.layers import layer_table
from tests.benchmarks.consensus.sets import score_sets
from tests.benchmarks.consensus.tables import tables
from tests.benchmarks.consensus.writing import write_agreements, write_coefficients

CACHE = Path(tempfile.gettempdir()) / "consensus-scores"


def main() -> None:
    """Judge the places named on the command line and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("places", nargs="+", metavar="PLACE")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where scores are kept")
    parser.add_argument("--draws", type=int, default=3, help="draws of few samples")
    parser.add_argument("--write", action="store_true", help="enter agreements and coefficients")
    parser.add_argument("--layers", action="store_true", help="judge the layers of demo models too")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    sets = [own for place in options.places for own in score_sets(place, options.cache, options.draws)]
    if options.write:
        write_agreements(sets)
        write_coefficients(sets)
    for text in tables(sets):
        sys.stdout.write(text + "\n\n")
        sys.stdout.flush()
    if options.layers:
        sys.stdout.write(layer_table(options.places) + "\n")


if __name__ == "__main__":
    main()
