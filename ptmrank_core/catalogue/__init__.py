"""Which models are candidates: the demo zoo, local folders, the Hub; by task category."""

from ptmrank_core.catalogue.demo import DEMO_ZOO, demo_models
from ptmrank_core.catalogue.hub import fetch
from ptmrank_core.catalogue.local import local_models, local_root_models
from ptmrank_core.catalogue.resolve import hub_models, resolve_models
from ptmrank_core.catalogue.tasks import TASKS, TaskCategory, loadable_tasks, task_category

__all__ = [
    "DEMO_ZOO",
    "TASKS",
    "TaskCategory",
    "demo_models",
    "fetch",
    "hub_models",
    "loadable_tasks",
    "local_models",
    "local_root_models",
    "resolve_models",
    "task_category",
]
