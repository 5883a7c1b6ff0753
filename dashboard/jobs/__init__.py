"""What the pages ask of the core: samples, runs, and what all sessions share of them."""

from dashboard.jobs.given import ranked, result
from dashboard.jobs.home import features
from dashboard.jobs.runs import (
    cancel,
    delete,
    history,
    keep_truth,
    outline,
    progress,
    resume,
    retry,
    sizes,
    start,
    start_demo,
    start_fine_tuning,
)
from dashboard.jobs.sources import (
    Demo,
    demos,
    is_demo,
    keep_features,
    keep_upload,
    local_models,
    look_at,
    ready_made,
    samples,
    samples_of,
)

__all__ = [
    "Demo",
    "cancel",
    "delete",
    "demos",
    "features",
    "history",
    "is_demo",
    "keep_features",
    "keep_truth",
    "keep_upload",
    "local_models",
    "look_at",
    "outline",
    "progress",
    "ranked",
    "ready_made",
    "result",
    "resume",
    "retry",
    "samples",
    "samples_of",
    "sizes",
    "start",
    "start_demo",
    "start_fine_tuning",
]
