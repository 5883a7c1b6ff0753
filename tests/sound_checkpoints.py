"""Tiny real audio models of every family, each with its feature extractor, saved as users have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers

LABELS = {0: "rain", 1: "bell", 2: "voice"}
RATE = 16000
WAVEFORM = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "conv_dim": [8, 8],
    "conv_kernel": [10, 8],
    "conv_stride": [40, 8],
    "num_feat_extract_layers": 2,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "classifier_proj_size": 8,
    "feat_extract_norm": "layer",
    "do_stable_layer_norm": True,
    "num_codevectors_per_group": 8,
    "codevector_dim": 8,
    "proj_codevector_dim": 8,
}
GROUP_NORM = {**WAVEFORM, "feat_extract_norm": "group", "do_stable_layer_norm": False}
SEW = {**WAVEFORM, "squeeze_factor": 2}
CLAP_AUDIO = {
    "window_size": 4,
    "spec_size": 64,
    "num_mel_bins": 16,
    "patch_size": 4,
    "patch_stride": [4, 4],
    "patch_embeds_hidden_size": 8,
    "depths": [1, 1],
    "num_attention_heads": [1, 2],
    "hidden_size": 16,
    "num_classes": 4,
    "aff_block_r": 2,
}
CLAP_TEXT = {
    "vocab_size": 20,
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 20,
}

# name -> (family, feature extractor, stem of its classes, values of its config)
MODELS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "ast": (
        "audio-spectrogram-transformer",
        "ast",
        "AST",
        {
            "hidden_size": 16,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "intermediate_size": 24,
            "max_length": 80,
            "num_mel_bins": 16,
            "patch_size": 8,
            "time_stride": 8,
            "frequency_stride": 8,
        },
    ),
    "clap": (
        "clap",
        "clap",
        "Clap",
        {"audio_config": CLAP_AUDIO, "text_config": CLAP_TEXT, "projection_dim": 12},
    ),
    "clap-fusion": (
        "clap",
        "clap-fusion",
        "Clap",
        {
            "audio_config": {**CLAP_AUDIO, "enable_fusion": True},
            "text_config": CLAP_TEXT,
            "projection_dim": 12,
        },
    ),
    "data2vec-audio": (
        "data2vec-audio",
        "waveform",
        "Data2VecAudio",
        {**WAVEFORM, "num_conv_pos_embeddings": 2, "conv_pos_kernel_size": 5},
    ),
    "hubert": ("hubert", "waveform", "Hubert", WAVEFORM),
    "hubert-batch-norm": ("hubert", "waveform", "Hubert", {**WAVEFORM, "conv_pos_batch_norm": True}),
    "hubert-group": ("hubert", "waveform", "Hubert", GROUP_NORM),
    "sew": ("sew", "waveform", "SEW", SEW),
    "sew-d": ("sew-d", "waveform", "SEWD", {**SEW, "position_buckets": 8, "max_position_embeddings": 64}),
    "unispeech": ("unispeech", "waveform", "UniSpeech", WAVEFORM),
    "unispeech-sat": ("unispeech-sat", "waveform", "UniSpeechSat", WAVEFORM),
    "wav2vec2": ("wav2vec2", "waveform", "Wav2Vec2", WAVEFORM),
    "wav2vec2-adapter": (
        "wav2vec2",
        "waveform",
        "Wav2Vec2",
        {**WAVEFORM, "add_adapter": True, "num_adapter_layers": 1},
    ),
    "wav2vec2-bert": (
        "wav2vec2-bert",
        "filterbank",
        "Wav2Vec2Bert",
        {
            "hidden_size": 16,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "intermediate_size": 24,
            "feature_projection_input_dim": 32,
            "conv_depthwise_kernel_size": 5,
            "classifier_proj_size": 8,
            "output_hidden_size": 16,
        },
    ),
    "wav2vec2-conformer": (
        "wav2vec2-conformer",
        "waveform",
        "Wav2Vec2Conformer",
        {**WAVEFORM, "conv_depthwise_kernel_size": 5},
    ),
    "wav2vec2-group": ("wav2vec2", "waveform", "Wav2Vec2", GROUP_NORM),
    "wavlm": ("wavlm", "waveform", "WavLM", {**WAVEFORM, "num_buckets": 8, "max_bucket_distance": 16}),
    "whisper": (
        "whisper",
        "whisper",
        "Whisper",
        {
            "vocab_size": 20,
            "num_mel_bins": 16,
            "d_model": 16,
            "encoder_layers": 2,
            "encoder_attention_heads": 2,
            "encoder_ffn_dim": 24,
            "decoder_layers": 1,
            "decoder_attention_heads": 2,
            "decoder_ffn_dim": 24,
            "max_source_positions": 50,
            "classifier_proj_size": 8,
            "pad_token_id": 0,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "decoder_start_token_id": 1,
            "suppress_tokens": None,
            "begin_suppress_tokens": None,
        },
    ),
}
CLAP_EXTRACTOR = {
    "feature_size": 16,
    "sampling_rate": RATE,
    "hop_length": 256,
    "max_length_s": 1,
    "fft_window_size": 512,
    "frequency_max": 8000,
}


def save_feature_extractor(folder: Path, kind: str) -> None:
    """Save a feature extractor of a kind."""
    if kind == "waveform":
        extractor = transformers.Wav2Vec2FeatureExtractor(sampling_rate=RATE, return_attention_mask=True)
    elif kind == "filterbank":
        extractor = transformers.SeamlessM4TFeatureExtractor(
            feature_size=16, num_mel_bins=16, sampling_rate=RATE
        )
    elif kind == "ast":
        extractor = transformers.ASTFeatureExtractor(num_mel_bins=16, max_length=80)
    elif kind == "whisper":
        extractor = transformers.WhisperFeatureExtractor(feature_size=16, chunk_length=1)
    else:
        truncation = "fusion" if kind == "clap-fusion" else "rand_trunc"
        extractor = transformers.ClapFeatureExtractor(**CLAP_EXTRACTOR, truncation=truncation)
    extractor.save_pretrained(folder)


def save_sound_model(folder: Path, name: str, *, head: bool = False, seed: int = 0) -> Path:
    """Save a randomly initialised model with its feature extractor; return its folder."""
    _, kind, stem, values = MODELS[name]
    labels = {"id2label": LABELS, "label2id": {label: i for i, label in LABELS.items()}} if head else {}
    config = getattr(transformers, f"{stem}Config")(**values, **labels)
    task = "AudioClassification" if stem in {"AST", "Whisper"} else "SequenceClassification"
    torch.manual_seed(seed)
    model = getattr(transformers, f"{stem}For{task}" if head else f"{stem}Model")(config)
    with torch.no_grad():
        for parameter in model.parameters():  # the usual initialisation is too small to tell errors by
            parameter.add_(torch.randn_like(parameter) * 0.1)
    model.save_pretrained(folder)
    save_feature_extractor(folder, kind)
    return folder
