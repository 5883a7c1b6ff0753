"""The image models of the demo zoo: what each is built of, and how long it is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from transformers import (
    ConvNextConfig,
    MobileNetV2Config,
    PreTrainedConfig,
    ResNetConfig,
    SwinConfig,
    ViTConfig,
)

from assets.demo.scripts import checkpoints
from assets.demo.scripts.checkpoints import DEMO, UNTRAINED
from assets.demo.scripts.measurements import versions
from assets.demo.scripts.pictures import SIDE

ZOO_SUMMARY = DEMO / "digits" / "zoo.json"
TRUTH = DEMO / "digits" / "truth.json"

SEED = 20
TRAIN_IMAGES = 8_000
TEST_IMAGES = 2_000

PREPROCESSOR: dict[str, object] = {
    "image_processor_type": "ViTImageProcessor",
    "do_convert_rgb": True,
    "do_resize": True,
    "size": {"height": SIDE, "width": SIDE},
    "resample": 2,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}


@dataclass(frozen=True)
class Architecture:
    """A network design, the same for every model of its family.

    Attributes
    ----------
    name : str
        Name for the reader.
    config : callable
        Returns the configuration without classes.
    peak_rate : float
        Highest learning rate of the one-cycle schedule, in training and in fine-tuning.
    passes : int
        Passes through the training pictures of a source task.
    """

    name: str
    config: Callable[[], PreTrainedConfig]
    peak_rate: float
    passes: int


@dataclass(frozen=True)
class Recipe(checkpoints.Recipe):
    """One image model of the zoo."""

    @property
    def architecture(self) -> Architecture:
        """The network design."""
        return ARCHITECTURES[self.family]


def _convnext() -> PreTrainedConfig:
    return ConvNextConfig(
        image_size=SIDE,
        patch_size=2,
        num_stages=3,
        hidden_sizes=[32, 64, 128],
        depths=[1, 1, 1],
        layer_scale_init_value=0.1,
    )


def _resnet() -> PreTrainedConfig:
    return ResNetConfig(
        embedding_size=32,
        hidden_sizes=[32, 64, 128],
        depths=[1, 1, 1],
        layer_type="basic",
    )


def _vit() -> PreTrainedConfig:
    return ViTConfig(
        image_size=SIDE,
        patch_size=4,
        hidden_size=64,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=128,
    )


def _mobilenetv2() -> PreTrainedConfig:
    return MobileNetV2Config(
        image_size=SIDE, depth_multiplier=0.35, output_stride=16, classifier_dropout_prob=0.0
    )


def _swin() -> PreTrainedConfig:
    # No random depth: a training run then draws nothing but its batches.
    return SwinConfig(
        image_size=SIDE,
        patch_size=2,
        embed_dim=32,
        depths=[2, 2],
        num_heads=[2, 4],
        window_size=4,
        drop_path_rate=0.0,
    )


ARCHITECTURES: dict[str, Architecture] = {
    "convnext": Architecture("ConvNeXt", _convnext, peak_rate=2e-3, passes=8),
    "resnet": Architecture("ResNet", _resnet, peak_rate=2e-3, passes=8),
    "vit": Architecture("ViT", _vit, peak_rate=1e-3, passes=16),
    "mobilenetv2": Architecture("MobileNetV2", _mobilenetv2, peak_rate=2e-3, passes=8),
    "swin": Architecture("Swin", _swin, peak_rate=1e-3, passes=10),
}

RECIPES: tuple[Recipe, ...] = (
    Recipe("convnext", "digits"),
    Recipe("convnext", "letters"),
    Recipe("convnext", "shapes"),
    Recipe("convnext", "gratings"),
    Recipe("convnext", "colours"),
    Recipe("convnext", "shuffled"),
    Recipe("convnext", UNTRAINED),
    Recipe("resnet", "letters"),
    Recipe("vit", "digits"),
    Recipe("vit", "letters"),
    Recipe("mobilenetv2", "digits"),
    Recipe("swin", "gratings"),
    Recipe("swin", "digits"),
)


def made_with() -> dict[str, str]:
    """Return the versions of what trains and measures the models.

    Returns
    -------
    dict of str to str
        Version by name.
    """
    return versions("torch", "transformers", "scikit-learn", "numpy", "pillow", "safetensors")
