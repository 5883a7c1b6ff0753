"""The run: plan, runner, store, progress and engines. Here features and metrics meet."""

from ptmrank_core.benchmark.applicable import metrics_out_of_reach
from ptmrank_core.benchmark.card import RunCard, make_card, read_card, run_card
from ptmrank_core.benchmark.cells import score_cells, skipped_cells
from ptmrank_core.benchmark.differences import Differences, compare_cards
from ptmrank_core.benchmark.engines import run_here, start_worker
from ptmrank_core.benchmark.kept import kept_embeddings
from ptmrank_core.benchmark.plan import EMBEDS_CLASS_NAMES, known_skips, make_plan, quick_metrics
from ptmrank_core.benchmark.progress import ModelProgress, RunProgress, read_progress
from ptmrank_core.benchmark.reserves import NO_RESERVES, Reserves
from ptmrank_core.benchmark.sources import Sources
from ptmrank_core.benchmark.store import RunStore, new_run_id, now
from ptmrank_core.benchmark.unfinished import find_unfinished

__all__ = [
    "EMBEDS_CLASS_NAMES",
    "NO_RESERVES",
    "Differences",
    "ModelProgress",
    "Reserves",
    "RunCard",
    "RunProgress",
    "RunStore",
    "Sources",
    "compare_cards",
    "find_unfinished",
    "kept_embeddings",
    "known_skips",
    "make_card",
    "make_plan",
    "metrics_out_of_reach",
    "new_run_id",
    "now",
    "quick_metrics",
    "read_card",
    "read_progress",
    "run_card",
    "run_here",
    "score_cells",
    "skipped_cells",
    "start_worker",
]
