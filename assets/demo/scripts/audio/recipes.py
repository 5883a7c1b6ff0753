"""The audio models of the demo zoo: what each is built of, and how long it is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from transformers import (
    ASTConfig,
    HubertConfig,
    PreTrainedConfig,
    Wav2Vec2Config,
    WhisperConfig,
)

from assets.demo.scripts import checkpoints
from assets.demo.scripts.audio.speech import CLIPS, SAMPLING_RATE, espeak_version
from assets.demo.scripts.checkpoints import UNTRAINED
from assets.demo.scripts.measurements import versions

DEMO = CLIPS.parent
ZOO_SUMMARY = DEMO / "zoo.json"
TRUTH = DEMO / "truth.json"

SEED = 20
TRAIN_CLIPS = 4_000
TEST_CLIPS = 1_000

WIDTH = 64
FRAMES = 100  # of 10 ms, one second
SPECTROGRAM_RATE = 16_000
"""What the filters of Whisper and the frames of AST are made for, whatever a preprocessor says."""

WAVES: dict[str, object] = {
    "feature_extractor_type": "Wav2Vec2FeatureExtractor",
    "feature_size": 1,
    "sampling_rate": SAMPLING_RATE,
    "padding_side": "right",
    "padding_value": 0.0,
    "do_normalize": True,
    "return_attention_mask": True,
}
WHISPER: dict[str, object] = {
    "feature_extractor_type": "WhisperFeatureExtractor",
    "feature_size": 40,
    "sampling_rate": SPECTROGRAM_RATE,
    "hop_length": SPECTROGRAM_RATE // FRAMES,
    "chunk_length": 1,
    "n_fft": 400,
    "padding_side": "right",
    "padding_value": 0.0,
    "return_attention_mask": False,
}
AST: dict[str, object] = {
    "feature_extractor_type": "ASTFeatureExtractor",
    "feature_size": 1,
    "sampling_rate": SPECTROGRAM_RATE,
    "num_mel_bins": 32,
    "max_length": FRAMES,
    "do_normalize": True,
    "mean": -8.0,
    "std": 3.0,
    "padding_side": "right",
    "padding_value": 0.0,
    "return_attention_mask": False,
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
    preprocessor : dict of str to object
        What is saved as ``preprocessor_config.json``.
    passes : int
        Passes through the training clips of a source task.
    peak_rate : float
        Highest learning rate of the one-cycle schedule, in training and in fine-tuning.
    """

    name: str
    config: Callable[[], PreTrainedConfig]
    preprocessor: dict[str, object]
    passes: int
    peak_rate: float = 1e-3


@dataclass(frozen=True)
class Recipe(checkpoints.Recipe):
    """One audio model of the zoo."""

    @property
    def architecture(self) -> Architecture:
        """The network design."""
        return ARCHITECTURES[self.family]


def _size() -> dict[str, int]:
    return {
        "hidden_size": WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 2 * WIDTH,
    }


def _wave_network() -> dict[str, object]:
    """Networks on the waveform: a frame of 20 ms each, which no other clip of the batch can change.

    Layer normalisation by frame instead of group normalisation over time, so that padding changes
    nothing. Nothing is dropped at random: a training run draws nothing but its batches.
    """
    return _size() | {
        "feat_extract_norm": "layer",
        "do_stable_layer_norm": True,
        "conv_bias": True,
        "conv_dim": [32, 32, 48, 48, 64],
        "conv_kernel": [20, 3, 3, 3, 3],
        "conv_stride": [10, 2, 2, 2, 2],
        "num_feat_extract_layers": 5,
        "num_conv_pos_embeddings": 16,
        "num_conv_pos_embedding_groups": 4,
        "classifier_proj_size": WIDTH,
        "vocab_size": 32,
        "apply_spec_augment": False,
        "mask_time_prob": 0.0,
        "layerdrop": 0.0,
        "hidden_dropout": 0.0,
        "activation_dropout": 0.0,
        "attention_dropout": 0.0,
        "feat_proj_dropout": 0.0,
        "feat_quantizer_dropout": 0.0,
        "final_dropout": 0.0,
    }


def _wav2vec2() -> PreTrainedConfig:
    return Wav2Vec2Config(**_wave_network())


def _hubert() -> PreTrainedConfig:
    return HubertConfig(**_wave_network())


def _whisper() -> PreTrainedConfig:
    """Whisper's encoder; its classifier has no decoder, whose sizes are as small as they may be."""
    return WhisperConfig(
        num_mel_bins=WHISPER["feature_size"],
        d_model=WIDTH,
        encoder_layers=2,
        encoder_attention_heads=4,
        encoder_ffn_dim=2 * WIDTH,
        decoder_layers=1,
        decoder_attention_heads=1,
        decoder_ffn_dim=8,
        max_source_positions=FRAMES // 2,
        max_target_positions=8,
        classifier_proj_size=WIDTH,
        vocab_size=32,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=1,
    )


def _ast() -> PreTrainedConfig:
    return ASTConfig(
        **_size(),
        num_mel_bins=AST["num_mel_bins"],
        max_length=FRAMES,
        patch_size=8,
        frequency_stride=8,
        time_stride=8,
    )


ARCHITECTURES: dict[str, Architecture] = {
    "wav2vec2": Architecture("Wav2Vec2", _wav2vec2, WAVES, passes=10, peak_rate=2e-3),
    "hubert": Architecture("HuBERT", _hubert, WAVES, passes=10, peak_rate=2e-3),
    "whisper": Architecture("Whisper encoder", _whisper, WHISPER, passes=20),
    "ast": Architecture("Audio Spectrogram Transformer", _ast, AST, passes=20),
}

RECIPES: tuple[Recipe, ...] = (
    Recipe("wav2vec2", "words"),
    Recipe("hubert", "letters"),
    Recipe("whisper", "words"),
    Recipe("whisper", "letters"),
    Recipe("whisper", "german"),
    Recipe("whisper", "voices"),
    Recipe("whisper", "tones"),
    Recipe("whisper", "shuffled"),
    Recipe("whisper", UNTRAINED),
    Recipe("ast", "german"),
)


def made_with() -> dict[str, str]:
    """Return the versions of what speaks, trains and measures.

    Returns
    -------
    dict of str to str
        Version by name.
    """
    packages = ("torch", "transformers", "scikit-learn", "numpy", "scipy", "soundfile", "safetensors")
    return versions(*packages) | {"espeak-ng": espeak_version()}
