"""Adapters merged by peft: the copy is what the adapted model is, and a plain model never reads one."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.errors import UnsupportedModelError, WeightsFormatError
from ptmrank_core.features import FeatureCache, extract, load_cached
from ptmrank_core.features.adapters import find_merged, merged_folder
from ptmrank_core.features.encoders.merging import merge_adapter
from ptmrank_core.features.training.doses import train_dose
from ptmrank_core.records import ExtractionOptions, Modality, ModelSpec
from tests.adapter_checkpoints import save_adapter, write_adapter
from tests.checkpoints import save_checkpoint
from tests.features.readings import samples_of
from tests.features.training.making import CPU as TRAINING
from tests.features.training.making import items_of, samples_for, task_of
from tests.language_checkpoints import save_language_model
from tests.sound_checkpoints import save_sound_model

pytest.importorskip("peft", reason="needs the extra peft")
CPU = ExtractionOptions(device="cpu", dtype="float32")


def base_of(folder: Path, modality: Modality) -> Path:
    """Save a tiny checkpoint without a head."""
    if modality == "image":
        return save_checkpoint(folder, "vit", head=False)
    return save_language_model(folder, "bert") if modality == "text" else save_sound_model(folder, "ast")


def merged(adapter: Path, modality: Modality) -> ModelSpec:
    """Merge an adapter by what the catalogue says of it."""
    [spec] = local_models(adapter, wanted=modality)
    return merge_adapter(spec, merged_folder(spec, adapter.parent / "merged"))


@pytest.mark.parametrize(
    ("modality", "name", "settings"),
    [
        ("image", "AutoModel", {}),
        ("text", "AutoModel", {"task_type": "FEATURE_EXTRACTION"}),
        ("text", "AutoModel", {"use_rslora": True, "use_dora": True}),
        ("audio", "AutoModel", {}),
    ],
)
def test_features_are_those_of_the_adapted_model(
    tmp_path: Path, modality: Modality, name: str, settings: dict[str, Any]
) -> None:
    """Of a body without a head: what peft computes with the adapter in place, pooled as the base would be."""
    base = base_of(tmp_path / "base", modality)
    adapted = save_adapter(tmp_path / "lora", base, getattr(transformers, name), **settings)
    spec = merged(tmp_path / "lora", modality)
    assert (spec.id, spec.n_source_classes) == ("lora", None)
    own, before = (getattr(transformers, name).from_pretrained(place) for place in (spec.path, base))
    truth = adapted.merge_and_unload().state_dict()
    assert own.state_dict().keys() == truth.keys()
    for weight, tensor in own.state_dict().items():
        torch.testing.assert_close(tensor, truth[weight])
    assert sum(not torch.equal(own, truth[weight]) for weight, own in before.state_dict().items()) > 3


def test_a_merged_weight_is_the_sum_that_the_paper_has(tmp_path: Path) -> None:
    """W + alpha / r B A, computed from the two files (Hu et al. 2021, section 4.1)."""
    base = base_of(tmp_path / "base", "text")
    save_adapter(tmp_path / "lora", base, transformers.AutoModel, r=2, lora_alpha=6, target_modules=["query"])
    spec = merged(tmp_path / "lora", "text")
    before, after = (load_file(Path(folder) / "model.safetensors") for folder in (base, str(spec.path)))
    adapter = load_file(tmp_path / "lora" / "adapter_model.safetensors")
    name = "encoder.layer.1.attention.self.query"
    down, up = (adapter[f"base_model.model.{name}.lora_{part}.weight"] for part in "AB")
    torch.testing.assert_close(after[f"{name}.weight"], before[f"{name}.weight"] + 3 * up @ down)
    same = "embeddings.word_embeddings.weight"
    assert torch.equal(after[same], before[same])


@pytest.mark.parametrize("modality", ["image", "text", "audio"])
def test_a_head_that_the_adapter_brings_is_its_source_head(tmp_path: Path, modality: Modality) -> None:
    """Its classes are counted, and its logits are those of the adapted model."""
    base = base_of(tmp_path / "base", modality)
    names = {
        "image": "AutoModelForImageClassification",
        "text": "AutoModelForSequenceClassification",
        "audio": "AutoModelForAudioClassification",
    }
    settings = {"task_type": "SEQ_CLS"} if modality == "text" else {"modules_to_save": ["classifier"]}
    model_class = getattr(transformers, names[modality])

    class FiveClasses:
        """The class, with five outputs."""

        @staticmethod
        def from_pretrained(place: Path) -> Any:
            return model_class.from_pretrained(place, num_labels=5)

    adapted = save_adapter(tmp_path / "lora", base, FiveClasses, **settings)
    spec = merged(tmp_path / "lora", modality)
    assert spec.n_source_classes == 5
    assert spec.architecture == type(adapted.base_model.model).__name__
    samples = samples_of(items_of(modality)[:6], modality)
    features = extract(samples, spec, options=CPU, cache=FeatureCache(Settings(home=tmp_path / "home")))
    assert features.source_logits is not None
    assert features.source_logits.shape == (6, 5)
    plain = model_class.from_pretrained(spec.path)
    truth = adapted.merge_and_unload().state_dict()
    for name, tensor in plain.state_dict().items():
        torch.testing.assert_close(tensor, truth[name])
    assert "A PEFT (LORA) adapter, merged into base." in features.report.notes


def test_a_head_that_nobody_trained_is_no_source_head(tmp_path: Path) -> None:
    """An adapter for classes without its classifier, of a base without one: the body alone is ranked."""
    base = base_of(tmp_path / "base", "text")
    save_adapter(
        tmp_path / "lora",
        base,
        transformers.AutoModelForSequenceClassification,
        task_type="SEQ_CLS",
        target_modules=["query", "value"],
    )
    path = tmp_path / "lora" / "adapter_model.safetensors"
    without = {name: own for name, own in load_file(path).items() if "classifier" not in name}
    save_file(without, path)
    spec = merged(tmp_path / "lora", "text")
    assert spec.n_source_classes is None
    held = load_file(Path(str(spec.path)) / "model.safetensors")
    assert not [name for name in held if "classifier" in name]
    samples = samples_of(items_of("text")[:4], "text")
    assert (
        extract(
            samples, spec, options=CPU, cache=FeatureCache(Settings(home=tmp_path / "home"))
        ).source_logits
        is None
    )


def test_an_adapter_beside_a_model_changes_nothing(tmp_path: Path) -> None:
    """With peft installed transformers would load it without being asked: the features are the plain ones.

    The folder has another digest, and both are told apart in the cache.
    """
    base = base_of(tmp_path / "base", "text")
    both = tmp_path / "both"
    shutil.copytree(base, both)
    save_adapter(both, base, transformers.AutoModel)
    if tuple(map(int, version("peft").split(".")[:2])) >= (0, 20):  # which transformers needs for that
        silently = transformers.AutoModel.from_pretrained(both)
        assert any("lora" in name for name, _ in silently.named_parameters())
    samples = samples_of(items_of("text")[:6], "text")
    cache = FeatureCache(Settings(home=tmp_path / "home"))
    [beside], [plain] = local_models(both, wanted="text"), local_models(base, wanted="text")
    lone = tmp_path / "alone" / "lora"
    lone.mkdir(parents=True)
    for path in both.glob("adapter_*"):
        shutil.copyfile(path, lone / path.name)
    adapted = merged(lone, "text")
    found = [extract(samples, own, options=CPU, cache=cache) for own in (beside, plain, adapted)]
    assert np.array_equal(found[0].embeddings, found[1].embeddings)
    assert not np.allclose(found[2].embeddings, found[1].embeddings, atol=1e-3)
    assert len({own.report.key for own in found}) == 3
    assert "An adapter (PEFT) lies beside its weights and is not used" in found[0].report.notes[0]
    assert not any("PEFT" in note for note in found[1].report.notes)
    again = load_cached(samples, plain, options=CPU, cache=cache)
    assert again is not None
    assert np.array_equal(again.embeddings, found[1].embeddings)


def test_training_reads_no_adapter_either(tmp_path: Path) -> None:
    """A dose of a model with an adapter beside it is that of the plain model."""
    base = base_of(tmp_path / "base", "text")
    both = tmp_path / "base-too"
    shutil.copytree(base, both)
    save_adapter(both, base, transformers.AutoModel)
    samples = samples_for("text")
    outputs = []
    for folder in (base, both):
        [spec] = local_models(folder, wanted="text")
        task = task_of(spec, tmp_path / f"state-{folder.name}", stage="full", epochs=1.0)
        outputs.append(train_dose(task, samples, options=TRAINING).outputs)
    assert np.array_equal(*outputs)


def test_a_merged_adapter_can_be_trained(tmp_path: Path) -> None:
    """It is an ordinary checkpoint: a race trains it as it does any other."""
    base = base_of(tmp_path / "base", "image")
    save_adapter(tmp_path / "lora", base, transformers.AutoModel)
    spec = merged(tmp_path / "lora", "image")
    task = task_of(spec, tmp_path / "state", stage="full", epochs=1.0)
    assert train_dose(task, samples_for("image"), options=TRAINING).value > 0.4


def test_the_tokenizer_of_an_adapter_replaces_that_of_the_base(tmp_path: Path) -> None:
    """Files that read the input come from the base, and from the adapter where it has its own."""
    base = base_of(tmp_path / "base", "text")
    save_adapter(tmp_path / "lora", base, transformers.AutoModel)
    settings = json.loads((base / "tokenizer_config.json").read_text(encoding="utf-8"))
    own = json.dumps({**settings, "model_max_length": 5})
    (tmp_path / "lora" / "tokenizer_config.json").write_text(own, encoding="utf-8")
    (base / "README.md").write_text("# card", encoding="utf-8")
    folder = Path(str(merged(tmp_path / "lora", "text").path))
    assert (folder / "tokenizer_config.json").read_text(encoding="utf-8") == own
    assert (folder / "tokenizer.json").read_bytes() == (base / "tokenizer.json").read_bytes()
    assert not [path.name for path in folder.iterdir() if path.name.startswith(("adapter", "README"))]


def test_an_adapter_of_a_former_release_is_merged(tmp_path: Path) -> None:
    """Transformers 5 renamed the layers of ViT: an adapter that was trained before has the names of then."""
    base = base_of(tmp_path / "base", "image")
    settings = {"target_modules": ["q_proj", "v_proj"], "rank_pattern": {r"layers\.0\.attention\.q_proj": 2}}
    model_class = transformers.AutoModelForImageClassification
    save_adapter(tmp_path / "now", base, model_class, modules_to_save=["classifier"], **settings)
    then = tmp_path / "then"
    shutil.copytree(tmp_path / "now", then)
    names = {".layers.": ".encoder.layer.", "attention.q_proj": "attention.attention.query"}
    names["attention.v_proj"] = "attention.attention.value"
    former = {}
    for name, tensor in load_file(then / "adapter_model.safetensors").items():
        for new, old in names.items():
            name = name.replace(new, old)  # noqa: PLW2901 - one rule after the other
        former[name] = tensor
    save_file(former, then / "adapter_model.safetensors")
    config = json.loads((then / "adapter_config.json").read_text(encoding="utf-8"))
    config["target_modules"] = ["query", "value"]
    config["rank_pattern"] = {r"encoder\.layer\.0\.attention\.attention\.query": 2}
    (then / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    files = [
        Path(str(merged(tmp_path / name, "image").path)) / "model.safetensors" for name in ("now", "then")
    ]
    own, other = map(load_file, files)
    assert own.keys() == other.keys()
    assert all(torch.equal(own[name], other[name]) for name in own)


def test_half_precision_stays(tmp_path: Path) -> None:
    """A base in bfloat16 gives a copy in bfloat16."""
    base = base_of(tmp_path / "base", "text")
    transformers.AutoModel.from_pretrained(base, dtype=torch.bfloat16).save_pretrained(base)
    save_adapter(tmp_path / "lora", base, transformers.AutoModel)
    spec = merged(tmp_path / "lora", "text")
    kinds = {own.dtype for own in load_file(Path(str(spec.path)) / "model.safetensors").values()}
    assert kinds == {torch.bfloat16}


def test_it_is_merged_once(tmp_path: Path) -> None:
    """The folder follows from the two revisions; what lies there is found again, with its facts."""
    base = base_of(tmp_path / "base", "image")
    save_adapter(tmp_path / "lora", base, transformers.AutoModel)
    [spec] = local_models(tmp_path / "lora", wanted="image")
    folder = merged_folder(spec, tmp_path / "merged")
    assert find_merged(spec, folder) is None
    assert merge_adapter(spec, folder) == find_merged(spec, folder)
    assert spec.base is not None
    other = replace(spec, base=replace(spec.base, revision="other"))
    assert merged_folder(other, tmp_path / "merged") != folder
    assert merged_folder(replace(spec, revision="other"), tmp_path / "merged") != folder


def refused(folder: Path, modality: Modality = "text") -> str:
    """Merge what cannot be merged; nothing is left behind."""
    with pytest.raises((UnsupportedModelError, WeightsFormatError)) as error:
        merged(folder, modality)
    assert not list((folder.parent / "merged").glob("*"))
    return str(error.value)


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    """Layers that the base does not have, weights that the settings do not ask for, and lacking ones."""
    base = base_of(tmp_path / "base", "text")
    other = base_of(tmp_path / "other", "image")
    save_adapter(tmp_path / "lora", base, transformers.AutoModel, target_modules=["query", "value"])
    wrong = tmp_path / "wrong"
    shutil.copytree(tmp_path / "lora", wrong)
    config = json.loads((wrong / "adapter_config.json").read_text(encoding="utf-8"))
    swapped = {**config, "base_model_name_or_path": str(other), "task_type": None, "auto_mapping": None}
    (wrong / "adapter_config.json").write_text(json.dumps(swapped), encoding="utf-8")
    said = refused(wrong, "image")
    assert "The adapter 'wrong' does not fit 'other': it changes encoder.layer.0.attention.self.query" in said
    path = tmp_path / "lora" / "adapter_model.safetensors"
    whole = load_file(path)
    save_file({name: own for name, own in whole.items() if "value" not in name}, path)
    said = refused(tmp_path / "lora")
    assert "are not those that its settings and its base model ask for" in said
    assert "value" in said
    save_file({name: own[:, :3].contiguous() for name, own in whole.items()}, path)
    assert "cannot be merged into its base model" in refused(tmp_path / "lora")
    path.write_bytes(b"nothing")
    assert "The weights of the adapter 'lora' could not be read" in refused(tmp_path / "lora")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"peft_type": "PROMPT_TUNING", "num_virtual_tokens": 4},
            "adds to the input and not to weights, so it cannot be merged",
        ),
        ({"peft_type": "NEW"}, "is of a method that the installed peft does not know: NEW"),
        ({"megatron_config": {"a": 1}, "megatron_core": "antigravity"}, "is of layers of Megatron"),
    ],
)
def test_methods_that_cannot_be_merged_are_refused(
    tmp_path: Path, settings: dict[str, Any], said: str
) -> None:
    """Prompts, methods of a later peft, layers of another library, whose module would be imported by name."""
    base = base_of(tmp_path / "base", "text")
    assert said in refused(write_adapter(tmp_path / "adapter", str(base), **settings))
