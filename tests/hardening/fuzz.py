"""The fuzzer: inputs of every kind from a seed, each given to the product and checked.

    python -m tests.hardening.fuzz --inputs 10000 --seed 1 --out DIR [--workers 2]
    python -m tests.hardening.fuzz --kind csv --number 1234 [--seed 1] --out DIR

The first line runs a campaign, goes on with one that was killed, and prints its figures. The second writes
one input, the command that repeats it, and what became of it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.hardening.campaign import Campaign, run_campaign
from tests.hardening.figures import print_figures
from tests.hardening.kinds.registry import KINDS
from tests.hardening.single import run_single

__all__ = ["main"]


def main() -> int:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=300, help="how many inputs, all kinds together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--out", type=Path, required=True, help="folder of the results and of inputs that fail"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kind", choices=sorted(KINDS), action="append", help="these kinds alone")
    parser.add_argument("--number", type=int, default=None, help="one input of a kind")
    given = parser.parse_args()
    if given.number is not None:
        return run_single(given.kind[0], given.seed, given.number, given.out)
    campaign = Campaign(given.inputs, given.seed, given.out, tuple(given.kind or KINDS))
    rows = run_campaign(campaign, given.workers)
    print_figures(rows, sys.stdout)
    return 1 if any(row["faults"] for row in rows) else 0


if __name__ == "__main__":
    raise SystemExit(main())
