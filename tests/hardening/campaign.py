"""Many inputs in several processes, one row of a results file for each, so that a killed campaign goes on.

An input that passes leaves its row alone. Of one that fails the files are kept beside what it printed and the
command that makes it again; of very many with the same cause the first few.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hardening.inputs import Call
from tests.hardening.invariants import Fault, faults_of
from tests.hardening.keeping import keep, make_input
from tests.hardening.kinds.registry import KINDS, shares
from tests.hardening.model_folders import run_models
from tests.hardening.trial import Outcome, Warmed

__all__ = ["Campaign", "read_rows", "run_campaign", "try_input"]

MODELS_AT_ONCE = 8
RESULTS = "results.jsonl"
KEPT_OF_A_CAUSE = 3
ROUNDS = 3


@dataclass(frozen=True)
class Campaign:
    """Which inputs.

    Parameters
    ----------
    n_inputs
        How many, all kinds together.
    seed
        Of all of them.
    out
        Folder of the results.
    kinds
        Names of the kinds that take part.
    """

    n_inputs: int
    seed: int
    out: Path
    kinds: tuple[str, ...] = tuple(KINDS)

    @property
    def results(self) -> Path:
        """The file with a row for each input that was tried."""
        return self.out / RESULTS

    def units(self) -> list[tuple[str, list[int]]]:
        """List what a process takes at a time: an input, or several model folders; kinds take turns."""
        n_of = {kind: n for kind, n in shares(self.n_inputs).items() if kind in self.kinds}
        done = {(row["kind"], row["number"]) for row in read_rows(self.results) if row["seed"] == self.seed}
        placed: list[tuple[float, str, list[int]]] = []
        for kind, n in n_of.items():
            step = MODELS_AT_ONCE if KINDS[kind].is_model else 1
            for first in range(0, n, step):
                left = [i for i in range(first, min(n, first + step)) if (kind, i) not in done]
                if left:
                    placed.append((first / n, kind, left))
        return [(kind, numbers) for _, kind, numbers in sorted(placed)]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read the rows of a results file; what a killed process left of its last one does not count."""
    return list(_rows(path)) if path.exists() else []


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").split("\n"):
        try:
            row = json.loads(line)
        except ValueError:
            continue
        yield row


def run_campaign(campaign: Campaign, n_workers: int) -> list[dict[str, Any]]:
    """Try all inputs that have no row yet; return the rows of all."""
    campaign.out.mkdir(parents=True, exist_ok=True)
    with campaign.results.open("ab") as file:
        file.write(b"\n")  # after what a killed process left
    for _ in range(ROUNDS):  # one that died takes no other with it, and what it was at is tried again
        units = campaign.units()
        if units:
            _share_out(campaign, units, n_workers)
    wanted = {
        (kind, i) for kind, n in shares(campaign.n_inputs).items() if kind in campaign.kinds for i in range(n)
    }
    rows = {
        (row["kind"], row["number"]): row
        for row in read_rows(campaign.results)
        if row["seed"] == campaign.seed
    }
    return [rows[key] for key in sorted(wanted & set(rows))]


def _share_out(campaign: Campaign, units: Sequence[tuple[str, list[int]]], n_workers: int) -> None:
    """Let several processes take the units."""
    context = multiprocessing.get_context("spawn")
    position = context.Value("i", 0)
    about = (campaign, units, position, os.getpid())
    workers = [context.Process(target=_work, args=about) for _ in range(n_workers)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def _work(campaign: Campaign, units: Sequence[tuple[str, list[int]]], position: Any, parent: int) -> None:
    """Take one unit after the other until none is left, or the process that shares them out is gone."""
    causes: Counter[str] = Counter()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        Warmed(Path(folder) / "w" / "trial") as warmed,
    ):
        while os.getppid() == parent:
            with position.get_lock():
                index = position.value
                position.value += 1
            if index >= len(units):
                return
            kind, numbers = units[index]
            rows = _try_unit(kind, numbers, campaign, warmed, causes)
            data = "".join(json.dumps(row) + "\n" for row in rows).encode()
            file = os.open(campaign.results, os.O_WRONLY | os.O_APPEND)
            os.write(file, data)
            os.close(file)


def _try_unit(
    kind: str, numbers: list[int], campaign: Campaign, warmed: Warmed, causes: Counter[str]
) -> Iterable[dict[str, Any]]:
    if KINDS[kind].is_model:
        tried = run_models(KINDS[kind], campaign.seed, numbers, warmed)
    else:
        tried = [(number, *try_input(kind, campaign.seed, number, warmed)) for number in numbers]
    for number, call, outcome, faults in tried:
        for fault in faults:
            causes[f"{fault.kind} {fault.cause}"] += 1
        if any(causes[f"{fault.kind} {fault.cause}"] <= KEPT_OF_A_CAUSE for fault in faults):
            key = (kind, campaign.seed, number)
            keep(campaign.out / "failed" / f"{kind}-{number}", key, (call, outcome, faults))
        yield {
            "kind": kind,
            "seed": campaign.seed,
            "number": number,
            "status": None if outcome is None else outcome.status,
            "cpu_seconds": 0.0 if outcome is None else round(outcome.cpu_seconds, 3),
            "seconds": 0.0 if outcome is None else round(outcome.seconds, 3),
            "extra_mb": 0 if outcome is None else outcome.extra_bytes // 10**6,
            "faults": [[fault.kind, fault.cause[:300]] for fault in faults],
        }


def try_input(
    kind: str, seed: int, number: int, warmed: Warmed
) -> tuple[Call | None, Outcome | None, list[Fault]]:
    """Make one input, give it to the product, and check what came of it."""
    folder = warmed.fresh()
    try:
        call = make_input(kind, seed, number, folder)
    except Exception:  # noqa: BLE001 - a fault of the grammar must not end a campaign of hours
        return None, None, [Fault("grammar", traceback.format_exc()[-250:])]
    try:
        outcome = warmed.run(call)
    except (RuntimeError, OSError) as error:
        return call, None, [Fault("warmed process", str(error))]
    return call, outcome, faults_of(call, outcome)
