"""Tests of folders of models in which some hold anything but a model."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from ptmrank_core.catalogue.demo import DEMO_ZOO
from ptmrank_core.catalogue.local import local_models, local_root_model, local_root_models
from ptmrank_core.errors import InputError

GOOD = next(path.parent for path in sorted(DEMO_ZOO.glob("*/preprocessor_config.json")))
CONFIG = json.loads((GOOD / "config.json").read_text(encoding="utf-8"))


def odd(**fields: object) -> bytes:
    """The config of a good model with other fields."""
    return json.dumps(CONFIG | fields).encode()


# Name of a folder -> a file of a good model, and what stands in it; None for a pipe.
BAD: dict[str, tuple[str, bytes | None]] = {
    "classes that are a number": ("config.json", odd(architectures=5)),
    "labels that are a list": ("config.json", odd(id2label=[1])),
    "a number of labels that is a word": ("config.json", odd(id2label=None, num_labels="x")),
    "a family that is a list": ("config.json", odd(model_type=["vit"])),
    "no object": ("config.json", b"[]"),
    "nothing": ("config.json", b""),
    "nested": ("config.json", b"[" * 100_000),
    "digits": ("config.json", b'{"num_labels": ' + b"1" * 5000 + b"}"),
    "infinite": ("config.json", odd(id2label=None, num_labels=float("inf"))),
    "Latin-1": ("config.json", b'{"a": "\xe9"}'),
    "UTF-16": ("config.json", json.dumps(CONFIG).encode("utf-16")),
    "a processor that is a list": ("preprocessor_config.json", b"[]"),
    "weights without a shape": (
        "model.safetensors",
        b"\x2d\0\0\0\0\0\0\0" + b'{"a": {"dtype": "F32", "data_offsets":[0,4]}}' + b"1234",
    ),
    "a header that is a list": ("model.safetensors", b"\x02\0\0\0\0\0\0\0[]"),
    "modules that are numbers": ("modules.json", b"[1]"),
    "an adapter of a very long name": (
        "adapter_config.json",
        json.dumps({"peft_type": "LORA", "base_model_name_or_path": "n/" * 5000}).encode(),
    ),
    "an adapter of nobody": (
        "adapter_config.json",
        b'{"peft_type": "LORA", "base_model_name_or_path": "~nobody-at-all/x"}',
    ),
    "a pipe as tokenizer": ("tokenizer.json", None),
    "a pipe as processor": ("preprocessor_config.json", None),
    "a pipe as modules": ("modules.json", None),
    "a pipe as weights": ("model.safetensors", None),
}


def add(root: Path, name: str, file: str = "", content: bytes | None = b"") -> Path:
    """Copy a good model into a folder, with one other file."""
    folder = root / name
    shutil.copytree(GOOD, folder)
    if file:
        (folder / file).unlink(missing_ok=True)
        if content is None:
            os.mkfifo(folder / file)
        else:
            (folder / file).write_bytes(content)
    if file == "adapter_config.json":
        (folder / "config.json").unlink()
        (folder / "model.safetensors").unlink()
    return folder


@pytest.mark.parametrize(("file", "content"), BAD.values(), ids=BAD)
def test_one_bad_folder_is_one_bad_row(tmp_path: Path, file: str, content: bytes | None) -> None:
    """Whatever lies in one folder, the list has the others with their facts, and this one as a row."""
    add(tmp_path, "good")
    add(tmp_path, "odd", file, content)
    for listed in (local_root_models(tmp_path), local_models(tmp_path)):
        found = {spec.id.removeprefix("local:"): spec for spec in listed}
        assert found.keys() == {"good", "odd"}
        assert found["good"].revision
    assert local_root_model("local:odd", tmp_path).path == str(tmp_path / "odd")


def test_what_is_no_folder_of_a_model_is_passed_over(tmp_path: Path) -> None:
    """Pipes, files, links that lead in a circle and a folder named config.json hide no model."""
    good = add(tmp_path, "good")
    (good / "circle").symlink_to("circle")
    (good / "here").symlink_to(".")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "file").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder" / "config.json").mkdir(parents=True)
    assert [spec.id for spec in local_root_models(tmp_path)] == ["local:good"]
    assert [spec.id for spec in local_models(tmp_path)] == ["good"]


def test_names_of_folders_are_printable_and_stay_apart(tmp_path: Path) -> None:
    """A folder is named by what can be shown, found by that name, and opened by its own."""
    raw = {
        "caf\udce9": r"caf\xe9 (2)",
        r"caf\xe9": r"caf\xe9",
        "red\x1b[31m": r"red\x1b[31m",
        "a\nb": r"a\nb",
    }
    for name in raw:
        add(tmp_path, name)
    found = {spec.id: spec.path for spec in local_root_models(tmp_path)}
    assert found == {f"local:{shown}": str(tmp_path / name) for name, shown in raw.items()}
    for shown, path in found.items():
        assert local_root_model(shown, tmp_path).path == path
    assert {spec.id for spec in local_models(tmp_path)} == set(raw.values())


def test_facts_of_a_config_are_printable(tmp_path: Path) -> None:
    """What a config says of its family never reaches a terminal as it is."""
    add(tmp_path, "odd", "config.json", odd(architectures=["\x1b[31mViTForImageClassification"]))
    (spec,) = local_models(tmp_path)
    assert spec.architecture == r"\x1b[31mViTForImageClassification"


@pytest.mark.parametrize(("file", "content"), BAD.values(), ids=BAD)
def test_a_bad_folder_that_is_named_is_a_row_or_refused(
    tmp_path: Path, file: str, content: bytes | None
) -> None:
    """Named alone, a bad folder is a row that fails in the run; an adapter is refused with a sentence."""
    folder = add(tmp_path, "odd", file, content)
    if file == "adapter_config.json":
        with pytest.raises(InputError, match=r"^odd is a PEFT"):
            local_models(folder)
    else:
        assert [spec.id for spec in local_models(folder)] == ["odd"]
