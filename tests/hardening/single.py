"""One input by its number: written for good, tried, and told."""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from tests.hardening.campaign import try_input
from tests.hardening.keeping import keep, make_input
from tests.hardening.kinds.registry import KINDS
from tests.hardening.model_folders import run_models
from tests.hardening.trial import Warmed

__all__ = ["run_single"]


def run_single(kind: str, seed: int, number: int, out: Path) -> int:
    """Write an input to ``out``, print the command that gives it to the product, and what became of it."""
    target = out / f"{kind}-{number}"
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        Warmed(Path(folder) / "w" / "trial") as warmed,
    ):
        if KINDS[kind].is_model:
            [(_, call, outcome, faults)] = run_models(KINDS[kind], seed, [number], warmed)
        else:
            call, outcome, faults = try_input(kind, seed, number, warmed)
        keep(target, (kind, seed, number), (call, outcome, faults))
    if call is not None:
        shutil.rmtree(target / "in", ignore_errors=True)  # a large one is not kept, but it was asked for
        make_input(kind, seed, number, target / "in")
        program = "python -m ptmrank_core" if call.entry == "cli" else f"# {call.entry}:"
        sys.stdout.write(f"cd {shlex.quote(str(target / 'in'))} && {program} {shlex.join(call.arguments)}\n")
    if outcome is not None:
        sys.stdout.write(
            f"status {outcome.status}, {outcome.seconds:.1f} s, {outcome.extra_bytes // 10**6} MB\n"
        )
        sys.stdout.write(outcome.stdout[-3000:].encode("utf-8", "backslashreplace").decode())
        sys.stdout.write(outcome.stderr[-3000:].encode("utf-8", "backslashreplace").decode())
    for fault in faults:
        sys.stdout.write(f"FAULT {fault.kind}: {fault.cause}\n")
    return 1 if faults else 0
