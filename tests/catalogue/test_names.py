"""Names of models as people copy them from a page or from another library."""

from __future__ import annotations

import pytest

from ptmrank_core.catalogue import resolve_models, task_category
from ptmrank_core.catalogue.names import hub_id
from ptmrank_core.errors import InputError

TASK = task_category("image-classification")
PAGE = "https://huggingface.co"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("org/x", "org/x"),
        ("org/x@v2", "org/x@v2"),
        ("hf-hub:timm/x", "timm/x"),
        ("hf_hub:timm/x", "timm/x"),
        ("hf-hub:org/x@v2", "org/x@v2"),
        ("HF-HUB:org/x", "org/x"),
        ("org/x/", "org/x"),
        (f"{PAGE.upper()}/org/x", "org/x"),
        (f"{PAGE}/org/x.git", "org/x"),
        (f"{PAGE}/org/x/blob/main/model-00001-of-00002.safetensors", "org/x"),
        (f"{PAGE}/org/x", "org/x"),
        (f"{PAGE}/org/x/", "org/x"),
        (f" {PAGE}/org/x ", "org/x"),
        ("huggingface.co/org/x", "org/x"),
        ("http://www.huggingface.co/org/x", "org/x"),
        ("hf.co/org/x", "org/x"),
        ("https://hf.co/gpt2", "gpt2"),
        ("hf://org/x", "org/x"),
        (f"{PAGE}/org/x/tree/main", "org/x"),
        (f"{PAGE}/org/x/tree/v1.0", "org/x@v1.0"),
        (f"{PAGE}/org/x/tree/v1.0/1_Pooling", "org/x@v1.0"),
        (f"{PAGE}/org/x/tree/refs%2Fpr%2F3", "org/x@refs/pr/3"),
        (f"{PAGE}/org/x/tree/refs/pr/3", "org/x@refs/pr/3"),
        (f"{PAGE}/org/x/blob/main/config.json", "org/x"),
        (f"{PAGE}/org/x/blob/5e/model.safetensors", "org/x@5e"),
        (f"{PAGE}/org/x/resolve/v2/model.safetensors?download=true", "org/x@v2"),
        (f"{PAGE}/org/x/commit/0123abc", "org/x@0123abc"),
        (f"{PAGE}/org/x/discussions/7", "org/x"),
        (f"{PAGE}/org/x?library=transformers#usage", "org/x"),
        (f"{PAGE}/gpt2/tree/v2", "gpt2@v2"),
    ],
)
def test_a_name_is_the_id_that_it_means(written: str, meant: str) -> None:
    """Prefixes and addresses come off; a revision in an address stays."""
    assert hub_id(written) == meant
    (spec,) = resolve_models(written, TASK)
    assert (spec.id, spec.source) == (meant, "hub")
    assert spec.revision == (meant.partition("@")[2] or None)


def test_a_model_and_its_address_are_one_candidate() -> None:
    """However often and however it is named, it has one row."""
    names = f"org/x,hf-hub:org/x,{PAGE}/org/x,{PAGE}/org/x/tree/main"
    assert [spec.id for spec in resolve_models(names, TASK)] == ["org/x"]


@pytest.mark.parametrize(
    "name",
    [f"{PAGE}/datasets/org/x", f"{PAGE}/spaces/org/x", f"{PAGE}/", "https://example.org/org/x", "hf-hub:"],
)
def test_what_is_no_model_is_told_as_it_was_written(name: str) -> None:
    """A page of something else, or of another site, is repeated in the message with what was expected."""
    with pytest.raises(InputError, match="is neither a folder here nor a Hub id") as caught:
        resolve_models(name, TASK)
    assert name in str(caught.value)
    assert "org/name@revision" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("tree/main/sub", "'sub' of org/x"),
        ("tree/v2/onnx", "'onnx' of org/x"),
        ("blob/main/onnx/model.onnx", "'onnx/model.onnx' of org/x (ONNX)"),
        ("blob/main/model-q4.gguf", "'model-q4.gguf' of org/x (GGUF"),
        ("resolve/main/pytorch_model.bin", "'pytorch_model.bin' of org/x (pickled"),
        ("blob/main/model.fp16.safetensors", "'model.fp16.safetensors' of org/x (a variant"),
    ],
)
def test_a_part_of_a_repository_is_not_taken_for_the_whole(path: str, words: str) -> None:
    """The model at the top is another one than the folder or the file that the address leads to."""
    with pytest.raises(InputError) as caught:
        resolve_models(f"{PAGE}/org/x/{path}", TASK)
    assert words in str(caught.value)
    assert "Give org/x for that model" in str(caught.value)
