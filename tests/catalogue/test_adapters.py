"""Adapters as candidates: recognised, named with their base, refused with what to do."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from ptmrank_core.catalogue import fetch, local_models, local_root_models, resolve_models, task_category
from ptmrank_core.catalogue.candidates import Candidate
from ptmrank_core.catalogue.loading import loading_of
from ptmrank_core.errors import InputError, UnsupportedModelError, WeightsFormatError
from ptmrank_core.models import Model
from ptmrank_core.records import ModelSpec
from tests.adapter_checkpoints import write_adapter
from tests.language_checkpoints import save_language_model

TASK = task_category("text-classification")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A tiny text model."""
    return save_language_model(tmp_path / "base", "bert")


@pytest.fixture
def _with_peft(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading small files needs no package: whether it is installed is all that is asked."""
    monkeypatch.setattr("ptmrank_core.catalogue.adapters.has_peft", lambda: True)


def test_without_the_extra_an_adapter_is_refused_by_its_name(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is computed: what it is, of what, and the two things to do."""
    monkeypatch.setitem(sys.modules, "peft", None)
    folder = write_adapter(tmp_path / "lora", str(base))
    with pytest.raises(InputError) as refused:
        resolve_models(str(folder), TASK)
    assert refused.value.message == (
        f"lora is a PEFT (LoRA) adapter of {str(base)!r} without full weights, and merging the two needs the "
        "package peft."
    )
    assert refused.value.hint == (
        "Install the extra: pip install 'ptmrank[peft]'. Or rank its base model as it is."
    )


@pytest.mark.usefixtures("_with_peft")
def test_an_adapter_is_a_candidate_that_is_named_with_its_base(base: Path, tmp_path: Path) -> None:
    """Alone and in a folder of models; its facts are the base's, its digest its own."""
    write_adapter(tmp_path / "models" / "lora", "../../base")
    shutil.copytree(base, tmp_path / "models" / "plain")
    lora, plain = resolve_models(str(tmp_path / "models"), TASK)
    [alone] = resolve_models(str(tmp_path / "models" / "lora"), TASK)
    assert alone == lora
    assert (lora.id, plain.id) == ("lora", "plain")
    assert lora.path == str(tmp_path / "models" / "lora")
    assert lora.base is not None
    assert (lora.base.name, lora.base.revision, lora.base.kind) == ("base", plain.revision, "LORA")
    assert lora.base.path == str(base)
    assert lora.model_type == plain.model_type == "bert"
    assert lora.revision not in {None, plain.revision}
    assert plain.base is None


@pytest.mark.usefixtures("_with_peft")
def test_the_digest_follows_the_adapter_and_its_base(base: Path, tmp_path: Path) -> None:
    """Settings, weights and tokenizer of the adapter are in its own; the base has one beside it."""
    folder = write_adapter(tmp_path / "lora", str(base))
    [before] = local_models(folder, wanted="text")
    write_adapter(folder, str(base), lora_alpha=8)
    [settings] = local_models(folder, wanted="text")
    weights = (folder / "adapter_model.safetensors").read_bytes()
    (folder / "adapter_model.safetensors").write_bytes(weights[:-1] + b"\x01")
    [changed] = local_models(folder, wanted="text")
    shutil.copyfile(base / "tokenizer.json", folder / "tokenizer.json")
    [tokenizer] = local_models(folder, wanted="text")
    assert len({own.revision for own in (before, settings, changed, tokenizer)}) == 4
    assert {own.base for own in (settings, changed, tokenizer)} == {before.base}
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    (base / "config.json").write_text(json.dumps({**config, "layer_norm_eps": 0.1}), encoding="utf-8")
    [other] = local_models(folder, wanted="text")
    assert other.revision == tokenizer.revision
    assert other.base != tokenizer.base


def test_beside_full_weights_an_adapter_is_told_and_is_in_the_digest(base: Path, tmp_path: Path) -> None:
    """The folder stays the plain model, with a mark; with or without peft."""
    both = tmp_path / "both"
    shutil.copytree(base, both)
    [plain] = local_models(both, wanted="text")
    write_adapter(both, "base")
    [marked] = local_models(both, wanted="text")
    assert (plain.spare_adapter, marked.spare_adapter) == (False, True)
    assert marked.base is None
    assert marked.revision != plain.revision
    write_adapter(both, "base", lora_alpha=16)
    assert local_models(both, wanted="text")[0].revision != marked.revision


@pytest.mark.usefixtures("_with_peft")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("/content/drive/model", "adapter of '/content/drive/model', which is not on this machine"),
        ("", "adapter that does not name its base model, which is not on this machine"),
        ("a/b/c", "adapter of 'a/b/c', which is not on this machine"),
    ],
)
def test_a_base_that_cannot_be_had_is_told(tmp_path: Path, name: str, said: str) -> None:
    """A folder of the machine that trained it, none at all, what no id of the Hub can be."""
    with pytest.raises(InputError) as refused:
        local_models(write_adapter(tmp_path / "lora", name))
    assert said in refused.value.message
    assert "as base_model_name_or_path in adapter_config.json; or rank its base model" in refused.value.hint


@pytest.mark.usefixtures("_with_peft")
def test_other_adapters_that_cannot_be_merged_are_told(base: Path, tmp_path: Path) -> None:
    """Pickled weights, none, settings that are no JSON, an adapter of an adapter."""
    pickled = write_adapter(tmp_path / "pickled", str(base))
    (pickled / "adapter_model.safetensors").rename(pickled / "adapter_model.bin")
    with pytest.raises(
        InputError, match=r"no adapter_model\.safetensors \(found: adapter_model\.bin, which is"
    ):
        local_models(pickled)
    (pickled / "adapter_model.bin").unlink()
    with pytest.raises(InputError, match=r"pickled has no adapter_model\.safetensors \(found: no weights\)"):
        local_models(pickled)
    broken = write_adapter(tmp_path / "broken", str(base))
    (broken / "adapter_config.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"adapter_config\.json of broken could not be read"):
        local_models(broken)
    first = write_adapter(tmp_path / "first", str(base))
    with pytest.raises(InputError, match="which is an adapter itself"):
        local_models(write_adapter(tmp_path / "second", str(first)))


@pytest.mark.usefixtures("_with_peft")
def test_in_a_folder_of_models_one_that_cannot_be_merged_fails_alone(base: Path, tmp_path: Path) -> None:
    """It stays in the list, and the reason is told when the run fetches it."""
    shutil.copytree(base, tmp_path / "models" / "plain")
    pickled = write_adapter(tmp_path / "models" / "lora", str(base))
    (pickled / "adapter_model.safetensors").rename(pickled / "adapter_model.bin")
    lora, plain = local_models(tmp_path / "models", wanted="text")
    assert (lora.revision, plain.id) == (None, "plain")
    with pytest.raises(WeightsFormatError, match="The adapter lora has no"):
        fetch(lora)


@pytest.mark.usefixtures("_with_peft")
def test_an_adapter_in_the_offered_folder_leads_nowhere_else(tmp_path: Path) -> None:
    """Of those in PTMRANK_MODELS, one whose base lies outside is left out."""
    root = tmp_path / "root"
    save_language_model(root / "base", "bert")
    write_adapter(root / "inside", "../base")
    outside = save_language_model(tmp_path / "outside", "bert")
    write_adapter(root / "leading-out", str(outside))
    assert [spec.id for spec in local_root_models(root, wanted="text")] == ["local:base", "local:inside"]


@pytest.mark.usefixtures("_with_peft")
def test_an_adapter_of_another_modality_is_refused(base: Path, tmp_path: Path) -> None:
    """As its base would be."""
    [spec] = local_models(write_adapter(tmp_path / "lora", str(base)), wanted="text")
    unread = ModelSpec(id=spec.id, source="local", modality="image", path=spec.path)
    with pytest.raises(UnsupportedModelError, match="'lora' reads text; the samples have the modality image"):
        fetch(unread)


def test_an_adapter_that_the_hub_lists_can_be_loaded_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its library alone: its base is known once its small files are there."""
    listed = Candidate("org/lora", loader="peft")
    monkeypatch.setattr("ptmrank_core.catalogue.loading.has_peft", lambda: True)
    assert loading_of(listed).verdict == "likely"
    monkeypatch.setattr("ptmrank_core.catalogue.loading.has_peft", lambda: False)
    assert loading_of(listed).verdict == "extra"
    assert "pip install 'ptmrank[peft]'" in loading_of(listed).words


@pytest.mark.usefixtures("_with_peft")
def test_a_script_names_an_adapter_by_its_folder(base: Path, tmp_path: Path) -> None:
    """As the checkpoint of a model with a name of its own."""
    folder = write_adapter(tmp_path / "lora", str(base))
    [spec] = Model("mine", ckpt=folder).specs(TASK)
    assert (spec.id, spec.path) == ("mine", str(folder))
    assert spec.base is not None
