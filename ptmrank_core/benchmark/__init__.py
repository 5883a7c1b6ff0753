"""The run: plan, runner, store, progress and engines. It combines features and metrics."""

from ptmrank_core.benchmark.analyses.asking import train_more
from ptmrank_core.benchmark.analyses.projections import drawn_rows
from ptmrank_core.benchmark.applicability import MetricCoverage, coverage_of_metrics, inapplicable_metrics
from ptmrank_core.benchmark.cards.card import RunCard, make_card, read_card, run_card
from ptmrank_core.benchmark.cards.comparison import Differences, compare_cards
from ptmrank_core.benchmark.cards.replay import ReplayInputs, ReplayPlan, plan_replay
from ptmrank_core.benchmark.engines import (
    cancel_run,
    keep_queues_going,
    keep_ready,
    may_wait,
    model_process,
    run_here,
    run_taken,
    start_worker,
)
from ptmrank_core.benchmark.execution.cached_arrays import cached_arrays
from ptmrank_core.benchmark.execution.cached_embeddings import cached_embeddings
from ptmrank_core.benchmark.execution.providers import Sources
from ptmrank_core.benchmark.execution.substitutes import NO_SUBSTITUTES, Substitutes
from ptmrank_core.benchmark.plan import (
    check_run_options,
    known_skips,
    make_plan,
    quick_metrics,
    reads_class_names,
)
from ptmrank_core.benchmark.race.asking import decide
from ptmrank_core.benchmark.race.saving import can_save, save_best
from ptmrank_core.benchmark.scheduling.devices import offered_devices
from ptmrank_core.benchmark.scheduling.history import (
    RunEntry,
    clear_failed,
    delete_run,
    leave_out,
    list_runs,
    read_entry,
    run_sizes,
)
from ptmrank_core.benchmark.scheduling.locks import log_file
from ptmrank_core.benchmark.scheduling.progress import ModelProgress, RunProgress, read_progress
from ptmrank_core.benchmark.scheduling.queue import next_run
from ptmrank_core.benchmark.scheduling.resumable import find_unfinished
from ptmrank_core.benchmark.scheduling.time_estimate import ExpectedTime, expected_time
from ptmrank_core.benchmark.store.outlines import MAX_NAME, MAX_NOTE, Outline
from ptmrank_core.benchmark.store.shipped import SHIPPED_RUN, is_shipped, shipped_store
from ptmrank_core.benchmark.store.store import RunStore, new_run_id, now
from ptmrank_core.pieces.scoring import score_cells, skipped_cells

__all__ = [
    "MAX_NAME",
    "MAX_NOTE",
    "NO_SUBSTITUTES",
    "SHIPPED_RUN",
    "Differences",
    "ExpectedTime",
    "MetricCoverage",
    "ModelProgress",
    "Outline",
    "ReplayInputs",
    "ReplayPlan",
    "RunCard",
    "RunEntry",
    "RunProgress",
    "RunStore",
    "Sources",
    "Substitutes",
    "cached_arrays",
    "cached_embeddings",
    "can_save",
    "cancel_run",
    "check_run_options",
    "clear_failed",
    "compare_cards",
    "coverage_of_metrics",
    "decide",
    "delete_run",
    "drawn_rows",
    "expected_time",
    "find_unfinished",
    "inapplicable_metrics",
    "is_shipped",
    "keep_queues_going",
    "keep_ready",
    "known_skips",
    "leave_out",
    "list_runs",
    "log_file",
    "make_card",
    "make_plan",
    "may_wait",
    "model_process",
    "new_run_id",
    "next_run",
    "now",
    "offered_devices",
    "plan_replay",
    "quick_metrics",
    "read_card",
    "read_entry",
    "read_progress",
    "reads_class_names",
    "run_card",
    "run_here",
    "run_sizes",
    "run_taken",
    "save_best",
    "score_cells",
    "shipped_store",
    "skipped_cells",
    "start_worker",
    "train_more",
]
