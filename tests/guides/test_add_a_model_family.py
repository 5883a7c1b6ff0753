"""The guide in ``ptmrank_core/features/README.md``: its steps, done literally, add a model family."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest

from ptmrank_core.features.pooling import FAMILIES, RULES
from ptmrank_core.records import Modality
from tests.guides.guide import ROOT, copy_project, follow, python, section

README = (ROOT / "ptmrank_core" / "features" / "README.md").read_text(encoding="utf-8")
GUIDE = section(README, "Add a model family")
FAMILY, RULE = "roc_bert", "cls_plus_mean"
CHECKPOINTS = "tests/language_checkpoints.py"
CHANGED = (
    "ptmrank_core/features/pooling/language.py",
    "ptmrank_core/features/pooling/rules.py",
    CHECKPOINTS,
)
PLACE = re.compile(r"^- `(?P<file>[\w/]+\.py)`: (?P<names>.+)$", re.MULTILINE)
PLACES = {match["file"]: re.findall(r"`(\w+)`", match["names"]) for match in PLACE.finditer(README)}
# Rows of numbers are features already: no file of a medium, no model and no baseline reads them.
READ_BY_MODELS = set(get_args(Modality)) - {"tabular"}

# What a copy says of the new family: the report of its extraction, and how far from transformers it is.
ASK = """
import json, sys
from dataclasses import asdict
from pathlib import Path
import numpy as np, torch, transformers
from ptmrank_core.catalogue import local_models
from ptmrank_core.config import load_settings
from ptmrank_core.data import load_samples
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.records import ExtractionOptions
from tests.language_checkpoints import save_language_model

models, table, family = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
save_language_model(models / "toy", family)
save_language_model(models / "other", "bert", seed=1)
spec = next(s for s in local_models(models, wanted="text") if s.model_type == family)
samples = load_samples(table)
with FeatureCache(load_settings()) as cache:
    features = extract(samples, spec, options=ExtractionOptions("float32", "cpu"), cache=cache)
tokenizer = transformers.AutoTokenizer.from_pretrained(models / "toy")
model = transformers.AutoModel.from_pretrained(models / "toy").eval()
worst = 0.0
for item, row in zip(samples.items, features.embeddings, strict=True):
    with torch.inference_mode():
        hidden = model(**tokenizer(item.decode(), return_tensors="pt")).last_hidden_state[0]
    worst = max(worst, float(np.abs((hidden[0] + hidden.mean(0)).numpy() - row).max()))
print(json.dumps({"report": asdict(features.report), "worst": worst}))
"""


def copy_with_checkpoints(folder: Path) -> Path:
    """Copy what the guide is about."""
    project = copy_project(folder)
    (project / "tests").mkdir()
    shutil.copy(ROOT / CHECKPOINTS, project / CHECKPOINTS)
    return project


def write_texts(path: Path) -> Path:
    """A table of a few labelled texts of different lengths."""
    rows = [f"the {word} cat sat on the mat{' and ran' * n},{n % 2}" for n, word in enumerate(["red"] * 8)]
    path.write_text("\n".join(["text,label", *rows]) + "\n", encoding="utf-8")
    return path


def test_the_guide_adds_what_is_not_there_yet() -> None:
    """The family and the rule of its example are new."""
    assert FAMILY not in FAMILIES["text"]
    assert RULE not in RULES


@pytest.mark.slow
def test_a_family_is_added_by_the_steps_of_the_guide(tmp_path: Path) -> None:
    """In a copy: it extracts with its rule, the run names the rule, and the cache key has it."""
    plain, added = (copy_with_checkpoints(tmp_path / name) for name in ("plain", "added"))
    assert follow(GUIDE, added) == sorted(added / path for path in CHANGED)
    shutil.copy(added / CHECKPOINTS, plain / CHECKPOINTS)  # there only the tests know the family
    table = str(write_texts(tmp_path / "texts.csv"))
    answers = {}
    for project in (plain, added):
        home, models = tmp_path / f"home-{project.name}", tmp_path / f"models-{project.name}"
        answer = python(project, home, "-c", ASK, str(models), table, FAMILY)
        answers[project.name] = json.loads(answer.splitlines()[-1])
    before, after = answers["plain"]["report"], answers["added"]["report"]
    assert (before["pooling"], after["pooling"]) == ("mean", RULE)
    assert FAMILY in before["notes"][0]
    assert after["notes"] == []
    assert before["key"] != after["key"]
    assert answers["added"]["worst"] < 1e-5 < answers["plain"]["worst"]
    told = python(
        added,
        tmp_path / "home-added",
        *("-m", "ptmrank_core", "rank", "--samples", table, "--models", str(tmp_path / "models-added")),
        *("--task", "text-classification", "--metrics", "logme", "--dtype", "float32", "--json"),
    )
    extraction = json.loads(told)["extraction"]["toy"]
    assert (extraction["pooling"], extraction["key"], extraction["notes"]) == (RULE, after["key"], [])
    assert extraction["cache_misses"] == 0  # the very vectors that were extracted before


def test_the_files_that_the_guide_names_are_there() -> None:
    """Every path in it, be it of the repository, of the core or of the folder of the guide."""
    named = set(re.findall(r"`([\w/]+(?:\.py|/))`", README))
    places = (ROOT, ROOT / "ptmrank_core", ROOT / "ptmrank_core" / "features")
    assert [name for name in named if not any((place / name).exists() for place in places)] == []


def modalities_in(registry: Any) -> set[str]:
    """Modalities that a registry knows."""
    if registry is Modality:
        return set(get_args(Modality))
    if isinstance(registry, Mapping):
        return set(registry)
    assert isinstance(registry, Iterable)
    return {entry if isinstance(entry, str) else getattr(entry, "modality", "") for entry in registry}


def test_the_guide_names_every_place_of_a_modality() -> None:
    """The list is read, and is not shorter than it was."""
    assert len(PLACES) == 10
    assert all(PLACES.values())


@pytest.mark.parametrize(("file", "name"), [(file, name) for file, names in PLACES.items() for name in names])
def test_every_modality_is_registered_in_every_place(file: str, name: str) -> None:
    """A modality that models read stands in each place that the guide names for a new one."""
    module = file.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
    assert modalities_in(getattr(import_module(module), name)) >= READ_BY_MODELS
