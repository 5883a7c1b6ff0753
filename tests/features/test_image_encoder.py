"""What people load: checkpoints of every purpose, pictures of every size, families nobody wrote down."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoImageProcessor

from ptmrank_core.config import Settings
from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.features.encoders import load_encoder
from ptmrank_core.features.pooling import pool
from ptmrank_core.records import ExtractionOptions, Features, ModelSpec
from tests.checkpoints import PROCESSOR
from tests.features.test_vision_families import clips, pictures, samples_of
from tests.features.vision_families import IMAGES, NOISE, VIDEOS, pooler, save_family, spec_of, tokens

TIMM = {
    "input_size": [3, 32, 32],
    "interpolation": "bicubic",
    "crop_pct": 0.9,
    "mean": [0.5] * 3,
    "std": [0.5] * 3,
    "num_classes": 3,
    "first_conv": "conv1.0",
    "classifier": "fc",
}
CPU = ExtractionOptions(device="cpu", batch_size=8, dtype="float32")
# What a checkpoint was trained for, and where its backbone is. Masked models build it without the pooling,
# which has no weights.
PURPOSES = [
    ("beit", "BeitForMaskedImageModeling", "beit"),
    ("clip_vision_model", "CLIPVisionModelWithProjection", "vision_model"),
    ("data2vec-vision", "Data2VecVisionForSemanticSegmentation", "data2vec_vision"),
    ("deit", "DeiTForMaskedImageModeling", "deit"),
    ("detr", "DetrForObjectDetection", "model"),
    ("dpt", "DPTForDepthEstimation", "dpt"),
    ("focalnet", "FocalNetForMaskedImageModeling", "focalnet"),
    ("glpn", "GLPNForDepthEstimation", "glpn"),
    ("segformer", "SegformerForSemanticSegmentation", "segformer"),
    ("swin", "SwinForMaskedImageModeling", "swin"),
    ("vit", "ViTForMaskedImageModeling", "vit"),
    ("vit_mae", "ViTMAEForPreTraining", "vit"),
    ("yolos", "YolosForObjectDetection", "vit"),
]


def features_of(spec: ModelSpec, images: Any, settings: Settings, **options: Any) -> Features:
    """Extract through the public door."""
    with FeatureCache(settings) as cache:
        return extract(samples_of(images), spec, options=replace(CPU, **options), cache=cache)


@pytest.mark.parametrize(("name", "kind", "backbone"), PURPOSES, ids=[kind for _, kind, _ in PURPOSES])
def test_a_checkpoint_of_another_purpose_gives_its_backbones_vector(
    name: str, kind: str, backbone: str, tmp_path: Path, settings: Settings
) -> None:
    """Detectors, segmenters and masked models are ranked by their backbone, poolers that they lack aside."""
    case = IMAGES[name]
    folder = save_family(tmp_path / "model", replace(case, model=kind), head=False)
    spec = spec_of(folder)
    assert spec.n_source_classes is None
    features = features_of(spec, pictures(), settings)
    overrides = {"mask_ratio": 0.0} if name == "vit_mae" else {}
    model = getattr(transformers, kind).from_pretrained(folder, **overrides).eval()
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    with torch.inference_mode():
        output = getattr(model, backbone)(**processor(images=list(pictures()), return_tensors="pt"))
        formula = tokens if "ImageModeling" in kind and case.formula is pooler else case.formula
        expected = formula(output).numpy()
    np.testing.assert_allclose(features.embeddings, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())


def test_hiera_pretrained_with_masks_reads_whole_pictures(tmp_path: Path, settings: Settings) -> None:
    """Its pooler's layer norm was not saved, and nothing is masked when it is ranked."""
    decoder = {"decoder_hidden_size": 16, "decoder_depth": 1, "decoder_num_heads": 2}
    case = IMAGES["hiera"]
    case = replace(case, model="HieraForPreTraining", values={**case.values, **decoder})
    folder = save_family(tmp_path / "model", case, head=False)
    features = features_of(spec_of(folder), pictures(), settings)
    again = features_of(replace(spec_of(folder), revision="again"), pictures(), settings)
    np.testing.assert_array_equal(features.embeddings, again.embeddings)
    model = transformers.HieraModel.from_pretrained(folder, add_pooling_layer=False).eval()
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    with torch.inference_mode():
        hidden = model(**processor(images=list(pictures()), return_tensors="pt")).last_hidden_state
    np.testing.assert_allclose(features.embeddings, hidden.mean(1), rtol=1e-4, atol=1e-4)


def test_weights_that_are_needed_and_missing_are_refused(tmp_path: Path, settings: Settings) -> None:
    """Weights that transformers would draw at random never reach a vector."""
    folder = save_family(tmp_path / "model", replace(IMAGES["vit"], model="ViTModel"), head=False)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}), encoding="utf-8")
    with pytest.raises(UnsupportedModelError, match="would be initialised at random"):
        features_of(spec_of(folder), pictures(), settings)


def test_pictures_of_several_sizes_share_a_batch(tmp_path: Path, settings: Settings) -> None:
    """Where a processor keeps proportions, nothing is padded, and no neighbour moves a vector."""
    keeps = {"image_processor_type": "YolosImageProcessor", "size": {"shortest_edge": 32, "longest_edge": 64}}
    folder = save_family(tmp_path / "model", replace(IMAGES["yolos"], processor=keeps), head=False)
    images = [
        image.resize(size) for image, size in zip(pictures(), [(40, 48), (64, 40), (40, 40)] * 3, strict=True)
    ]
    together = features_of(spec_of(folder), images, settings)
    one_by_one = features_of(replace(spec_of(folder), revision="again"), images, settings, batch_size=1)
    np.testing.assert_allclose(together.embeddings, one_by_one.embeddings, rtol=1e-5, atol=1e-5)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    inputs = processor(images=[images[1]], return_tensors="pt")
    assert inputs["pixel_values"].shape[2:] == (32, 48)
    with torch.inference_mode():
        hidden = model(inputs["pixel_values"]).last_hidden_state
    np.testing.assert_allclose(together.embeddings[1], hidden[0, 1:-5].mean(0), rtol=1e-4, atol=1e-4)


def test_an_unknown_family_is_pooled_by_default_and_says_so(tmp_path: Path, settings: Settings) -> None:
    """A family outside the table is ranked, with a note of how."""
    torch.manual_seed(0)
    config = transformers.VitDetConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=32,
        patch_size=8,
        pretrain_image_size=32,
    )
    model = transformers.VitDetModel(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(NOISE * torch.randn_like(parameter))
    model.save_pretrained(tmp_path / "model")
    (tmp_path / "model" / "preprocessor_config.json").write_text(json.dumps(PROCESSOR), encoding="utf-8")
    spec = spec_of(tmp_path / "model")
    (note,) = load_encoder(spec, CPU).notes
    assert "'vitdet'" in note
    assert "not in the pooling table" in note
    features = features_of(spec, pictures(), settings)
    processor = AutoImageProcessor.from_pretrained(tmp_path / "model", backend="pil")
    with torch.inference_mode():
        hidden = model(**processor(images=list(pictures()), return_tensors="pt")).last_hidden_state
    np.testing.assert_allclose(features.embeddings, hidden.mean((2, 3)), rtol=1e-4, atol=1e-5)


def test_a_known_family_needs_no_note(tmp_path: Path) -> None:
    """A row of the table says how the family is pooled; there is nothing to add."""
    folder = save_family(tmp_path / "model", IMAGES["vit"], head=True)
    assert load_encoder(spec_of(folder), CPU).notes == ()


def test_an_output_without_what_a_rule_reads_is_told() -> None:
    """A head's output without hidden states cannot be pooled, and the error names what is missing."""
    with pytest.raises(UnsupportedModelError, match="no last_hidden_state"):
        pool(SimpleNamespace(logits=torch.zeros(2, 3)), "auto")


def test_the_text_tower_is_dropped(tmp_path: Path) -> None:
    """A model of pictures and captions keeps no memory for captions."""
    encoder: Any = load_encoder(spec_of(save_family(tmp_path / "model", IMAGES["clip"], head=False)), CPU)
    assert not any("text_model" in name for name, _ in encoder._model.named_parameters())


def test_a_video_model_that_does_not_tell_its_frames_is_refused(tmp_path: Path) -> None:
    """How many frames to sample is the model's to say."""
    spec = replace(spec_of(save_family(tmp_path / "model", IMAGES["vit"], head=False)), modality="video")
    with pytest.raises(UnsupportedModelError, match="does not say how many frames"):
        load_encoder(spec, CPU)


def timm_checkpoint(folder: Path) -> ModelSpec:
    """Describe a timm checkpoint as the Hub holds it; its weights are not there yet."""
    config = {"architecture": "resnet10t", "num_classes": 3, "num_features": 512, "pretrained_cfg": TIMM}
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return ModelSpec(
        id="model",
        source="local",
        modality="image",
        revision="r",
        path=str(folder),
        model_type="timm_wrapper",
        n_source_classes=3,
    )


def import_timm() -> Any:
    """Import timm; ``None`` and why where that does not go."""
    try:
        return importlib.import_module("timm"), ""
    except (ImportError, RuntimeError) as error:
        return None, str(error)


def test_timm_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The reader hears which extra to install."""
    if import_timm()[0] is not None:
        pytest.skip("timm imports here")
    with pytest.raises(UnsupportedModelError, match=r"timm cannot be imported.*ptmrank\[timm\]"):
        load_encoder(timm_checkpoint(tmp_path / "model"), CPU)


def test_timm_gives_the_pooled_features_before_its_head(tmp_path: Path, settings: Settings) -> None:
    """Features and logits from one pass equal timm's own, with its head and without."""
    timm, reason = import_timm()
    if timm is None:
        pytest.skip(f"timm does not import here: {reason}")
    spec = timm_checkpoint(tmp_path / "model")
    torch.manual_seed(0)
    network = timm.create_model("resnet10t", pretrained=False, num_classes=3).eval()
    save_file(network.state_dict(), tmp_path / "model" / "model.safetensors", metadata={"format": "pt"})
    features = features_of(spec, pictures(), settings)
    transform = timm.data.create_transform(**timm.data.resolve_data_config(TIMM))
    pixels = torch.stack([transform(image) for image in pictures()])
    with torch.inference_mode():
        pooled = network.forward_head(network.forward_features(pixels), pre_logits=True).numpy()
        logits = network(pixels).numpy()
    np.testing.assert_allclose(features.embeddings, pooled, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(features.source_logits, logits, rtol=1e-4, atol=1e-5)
    headless = replace(spec, n_source_classes=None, revision="headless")
    np.testing.assert_allclose(
        features_of(headless, pictures(), settings).embeddings, pooled, rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize(
    ("modality", "name", "head", "n_layers"),
    [
        ("image", "clip", False, 3),
        ("image", "clip", True, 3),
        ("image", "detr", False, 2),
        ("image", "resnet", True, 3),
        ("image", "vit", True, 3),
        ("image", "yolos", False, 3),
        ("video", "xclip", False, 3),
    ],
)
def test_hidden_layers_are_the_samples_own(
    modality: str, name: str, head: bool, n_layers: int, tmp_path: Path
) -> None:
    """Every layer of a sample is the same alone and among others, also where a tower reads frame by frame."""
    case = {**IMAGES, **VIDEOS}[name]
    folder = save_family(tmp_path / "model", case, head=head, modality=modality)
    encoder: Any = load_encoder(spec_of(folder, modality=modality), replace(CPU, layers=True))
    prepared = encoder.preparer(list(pictures() if modality == "image" else clips())[:3])
    together = encoder.forward(encoder.collate(prepared))
    for sample, among in zip(prepared, together, strict=True):
        (alone,) = encoder.forward(encoder.collate([sample]))
        assert len(among.layers) == n_layers
        for layer, own in zip(among.layers, alone.layers, strict=True):
            np.testing.assert_allclose(layer, own, rtol=1e-5, atol=1e-5)
