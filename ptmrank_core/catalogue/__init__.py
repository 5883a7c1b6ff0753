"""Which models are candidates: the demo zoo, local folders, the Hub, files of features; by task category."""

from ptmrank_core.catalogue.demo import DEMO_ZOO, default_label_encoder, demo_models
from ptmrank_core.catalogue.hub import fetch
from ptmrank_core.catalogue.local import local_models, local_root_models
from ptmrank_core.catalogue.ready_made import COLUMNS, FEATURES_TASK, columns_model, feature_models
from ptmrank_core.catalogue.resolve import hub_models, resolve_models
from ptmrank_core.catalogue.task_kinds import AnyCategory, TaskCategory, UnrankableCategory
from ptmrank_core.catalogue.tasks import ALL_TASKS, TASKS, any_category, loadable_tasks, task_category

__all__ = [
    "ALL_TASKS",
    "COLUMNS",
    "DEMO_ZOO",
    "FEATURES_TASK",
    "TASKS",
    "AnyCategory",
    "TaskCategory",
    "UnrankableCategory",
    "any_category",
    "columns_model",
    "default_label_encoder",
    "demo_models",
    "feature_models",
    "fetch",
    "hub_models",
    "loadable_tasks",
    "local_models",
    "local_root_models",
    "resolve_models",
    "task_category",
]
