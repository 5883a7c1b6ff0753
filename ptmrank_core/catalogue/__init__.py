"""Candidate models by task category: the demo zoo, local folders, the Hub, files of features."""

from ptmrank_core.catalogue.candidates import Candidate
from ptmrank_core.catalogue.demo import DEMO_ZOO, default_label_encoder, demo_models
from ptmrank_core.catalogue.hub.download import fetch
from ptmrank_core.catalogue.hub.links import hub_page, page_of
from ptmrank_core.catalogue.hub.on_disk import is_offline, models_on_disk
from ptmrank_core.catalogue.hub.search import search_hub
from ptmrank_core.catalogue.licences import LICENCE_CLASSES, LicenceClass, licence_class
from ptmrank_core.catalogue.loading import LOADABLE, Loading, loading_of
from ptmrank_core.catalogue.local import local_models, local_root_models
from ptmrank_core.catalogue.mapping import MAPPING_SHAPES, parse_mapping, read_mapping, write_mapping
from ptmrank_core.catalogue.narrowing import Narrowing, narrow
from ptmrank_core.catalogue.payload import candidate_payload, category_payload
from ptmrank_core.catalogue.peatmoss.database import PeatmossDatabase
from ptmrank_core.catalogue.presets import PRESETS, Preset, choose, preset_candidates
from ptmrank_core.catalogue.ready_made import COLUMNS, FEATURES_TASK, columns_model, feature_models
from ptmrank_core.catalogue.resolve import hub_models, resolve_models
from ptmrank_core.catalogue.table import known_candidate, nearest_ids, shipped_candidates, shipped_table
from ptmrank_core.catalogue.tasks.kinds import AnyCategory, TaskCategory, UnrankableCategory
from ptmrank_core.catalogue.tasks.table import DOMAINS
from ptmrank_core.catalogue.tasks.tasks import ALL_TASKS, TASKS, any_category, loadable_tasks, task_category

__all__ = [
    "ALL_TASKS",
    "COLUMNS",
    "DEMO_ZOO",
    "DOMAINS",
    "FEATURES_TASK",
    "LICENCE_CLASSES",
    "LOADABLE",
    "MAPPING_SHAPES",
    "PRESETS",
    "TASKS",
    "AnyCategory",
    "Candidate",
    "LicenceClass",
    "Loading",
    "Narrowing",
    "PeatmossDatabase",
    "Preset",
    "TaskCategory",
    "UnrankableCategory",
    "any_category",
    "candidate_payload",
    "category_payload",
    "choose",
    "columns_model",
    "default_label_encoder",
    "demo_models",
    "feature_models",
    "fetch",
    "hub_models",
    "hub_page",
    "is_offline",
    "known_candidate",
    "licence_class",
    "loadable_tasks",
    "loading_of",
    "local_models",
    "local_root_models",
    "models_on_disk",
    "narrow",
    "nearest_ids",
    "page_of",
    "parse_mapping",
    "preset_candidates",
    "read_mapping",
    "resolve_models",
    "search_hub",
    "shipped_candidates",
    "shipped_table",
    "task_category",
    "write_mapping",
]
