"""What can be loaded here, what is on disk, ready-made choices and what narrows a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from ptmrank_core.catalogue import (
    PRESETS,
    TASKS,
    Candidate,
    Narrowing,
    choose,
    loading_of,
    models_on_disk,
    narrow,
    preset_candidates,
    resolve_models,
    shipped_candidates,
    task_category,
)
from ptmrank_core.errors import InputError, UnknownNameError
from tests.checkpoints import save_checkpoint

IMAGES = task_category("image-classification")


def candidate(name: str, millions: float | None = 1.0, **facts: object) -> Candidate:
    """A model of the starter set of image classification."""
    size = None if millions is None else round(millions * 1e6)
    usual = {"family": name, "loader": "transformers", "licence": "mit", "starter_of": (IMAGES.name,)}
    return Candidate(**{"id": name, "n_parameters": size} | usual | facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "verdict", "said"),
    [
        ({"is_pooled": True}, "yes", "AutoModel loads it."),
        ({}, "likely", "its family is only known once it is downloaded"),
        ({"loader": "sentence-transformers"}, "likely", "with its own pooling"),
        ({"hurdle": "It is a pickle.", "is_pooled": True}, "no", "It is a pickle."),
        ({"has_safetensors": False}, "no", "no safetensors weights"),
        ({"loader": "diffusers"}, "no", "belongs to the library diffusers"),
        ({"loader": None}, "unknown", "Its library is unknown"),
    ],
)
def test_whether_a_model_loads_is_said_with_the_reason(facts: dict, verdict: str, said: str) -> None:
    """Each way that loading can go has its verdict and its sentence."""
    loading = loading_of(candidate("a", **facts))
    assert loading.verdict == verdict
    assert said in loading.words


@pytest.mark.parametrize("is_installed", [True, False])
def test_timm_is_asked_for_where_it_is_missing(is_installed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model of timm loads where timm is installed, else the extra is named."""
    monkeypatch.setattr(
        "ptmrank_core.catalogue.loading.find_spec", lambda _: object() if is_installed else None
    )
    loading = loading_of(candidate("a", loader="timm", is_pooled=True))
    assert loading.verdict == ("yes" if is_installed else "extra")
    assert is_installed or "ptmrank[timm]" in loading.words


def test_a_preset_takes_what_it_says() -> None:
    """Too large, of unknown size, gated, not loadable and not in the starter set: none of these."""
    models = [
        candidate("large", 300.0),
        candidate("unsized", None),
        candidate("gated", is_gated=True),
        candidate("foreign", loader="diffusers"),
        candidate("further", starter_of=()),
        candidate("copyleft", licence="gpl-3.0"),
        candidate("small", 3.0),
        candidate("tower", 200.0, n_encoder_parameters=20_000_000),
    ]
    chosen = {name: [m.id for m in choose(one, models, IMAGES)] for name, one in PRESETS.items()}
    assert chosen["up-to-100m"] == ["copyleft", "small"]
    assert chosen["cpu-friendly"] == ["copyleft", "small", "tower"]
    assert chosen["permissive"] == ["large", "unsized", "small", "tower"]
    assert chosen["starter"] == ["large", "unsized", "copyleft", "small", "tower"]


def test_the_five_small_ones_are_the_smallest_of_five_families() -> None:
    """Of a family its smallest; five at most, by size."""
    models = [candidate(f"m{size}", size, family=f"f{size % 7}") for size in range(30, 0, -1)]
    assert [m.id for m in choose(PRESETS["five-small"], models, IMAGES)] == ["m1", "m2", "m3", "m4", "m5"]
    twins = [candidate("a-large", 9.0, family="a"), candidate("a-small", 2.0, family="a")]
    assert [m.id for m in choose(PRESETS["five-small"], twins, IMAGES)] == ["a-small"]


@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if task.modality != "tabular"])
def test_every_category_has_a_starter_set(name: str) -> None:
    """Each category that can be ranked offers models that this machine can load."""
    models = preset_candidates("starter", TASKS[name])
    assert models
    assert all(loading_of(model).verdict in {"yes", "likely"} for model in models)
    small = preset_candidates("preset:five-small", TASKS[name])
    assert 1 <= len(small) <= 5
    assert len({model.family for model in small}) == len(small)


def test_a_preset_is_a_name_for_models() -> None:
    """``preset:NAME`` stands among other names, and a model that is named twice is there once."""
    five = [model.id for model in preset_candidates("five-small", IMAGES)]
    specs = resolve_models(f"{five[1]},preset:five-small,demo:convnext-digits", IMAGES)
    assert [spec.id for spec in specs] == [five[1], five[0], *five[2:], "demo:convnext-digits"]
    assert all(spec.n_parameters for spec in specs)


@pytest.mark.parametrize(
    ("names", "task", "message"),
    [
        ("preset:five-smal", "image-classification", "Did you mean 'five-small'"),
        ("preset:starter", "tabular-classification", "has no model for 'tabular-classification'"),
    ],
)
def test_a_preset_that_gives_nothing_is_told(names: str, task: str, message: str) -> None:
    """A misspelt preset names its neighbour; one without models says where to look."""
    with pytest.raises(InputError, match=message) as caught:
        resolve_models(names, task_category(task))
    assert isinstance(caught.value, UnknownNameError) == ("Did you" in message)


def test_a_list_is_narrowed_by_what_is_known() -> None:
    """Every word counts, wherever it stands; an unknown size is below no limit; unknown is a licence too."""
    models = [
        candidate("org/vit-base", 86.0, pretraining="ImageNet-21k"),
        candidate("org/vit-tiny", 5.0, licence=None, pretraining="ImageNet-1k"),
        candidate("org/gpt", None, loader="ggml"),
    ]

    def shown(**wanted: object) -> list[str]:
        return [model.id for model in narrow(models, Narrowing(**wanted))]  # type: ignore[arg-type]

    assert shown() == ["org/vit-base", "org/vit-tiny", "org/gpt"]
    assert shown(search="VIT imagenet-1K") == ["org/vit-tiny"]
    assert shown(max_parameters=86_000_000) == ["org/vit-base", "org/vit-tiny"]
    assert shown(licences=frozenset({"unknown"})) == ["org/vit-tiny"]
    assert shown(loadable=True) == ["org/vit-base", "org/vit-tiny"]


def test_models_on_disk_are_found_without_asking_anybody(tmp_path: Path) -> None:
    """A whole download counts with the bytes of its weights; a part of one, and data sets, do not."""
    whole = save_checkpoint(tmp_path / "models--org--whole" / "snapshots" / ("a" * 40))
    save_checkpoint(tmp_path / "models--plain" / "snapshots" / ("b" * 40))
    part = save_checkpoint(tmp_path / "models--org--part" / "snapshots" / ("c" * 40))
    (part / "model.safetensors").unlink()
    (tmp_path / "models--org--empty").mkdir()
    save_checkpoint(tmp_path / "datasets--org--set" / "snapshots" / ("d" * 40))
    found = models_on_disk(tmp_path)
    assert sorted(found) == ["org/whole", "plain"]
    assert found["org/whole"] == (whole / "model.safetensors").stat().st_size
    assert models_on_disk(tmp_path / "nowhere") == {}


def test_the_shipped_table_says_what_loads_here() -> None:
    """Of image classification most load, and those that do not say why in a sentence."""
    models = shipped_candidates(IMAGES)
    verdicts = [loading_of(model).verdict for model in models]
    assert verdicts.count("yes") >= 40
    assert all(loading_of(model).words.endswith(".") for model in models)
