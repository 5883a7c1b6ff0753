"""Models and samples for the extraction benchmark: real families, random weights, nothing downloaded."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
import torch
import transformers
from PIL import Image
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from ptmrank_core.data import load_samples, name_samples
from ptmrank_core.data.builtin.documentation import package_folder
from ptmrank_core.records import Reading, Samples

__all__ = [
    "AUDIO",
    "IMAGE",
    "SIZES",
    "TEXT",
    "build",
    "pictures",
    "recordings",
    "short_texts",
    "text_samples",
    "texts",
]

TEXT, IMAGE, AUDIO = "text", "image", "audio"


def _sizes(*, width: int, layers: int, heads: int) -> dict[str, int]:
    return {
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": 4 * width,
    }


# What fits two processor cores, and what a GPU is bought for.
SIZES: dict[str, dict[str, dict[str, int]]] = {
    "tiny": {TEXT: _sizes(width=32, layers=1, heads=2)},
    "small": {
        TEXT: _sizes(width=384, layers=6, heads=12),  # as MiniLM
        IMAGE: _sizes(width=192, layers=12, heads=3),  # as ViT-Tiny/16
        AUDIO: _sizes(width=256, layers=4, heads=4),
    },
    "base": {TEXT: {}, IMAGE: {}, AUDIO: {}},  # BERT-base, ViT-B/16, wav2vec2-base
}
SPECIALS = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}


@lru_cache
def _documentation(package: str) -> list[str]:
    """Whole documentation strings of a package's functions and classes, as long as they come."""
    folder = package_folder(package)
    found: dict[str, None] = {}
    for path in sorted(folder.rglob("*.py")):
        if "tests" in path.parts:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            try:
                tree = ast.parse(path.read_text(encoding="utf-8"))
            except SyntaxError:  # written for a later Python than this one
                continue
        nodes = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef))
        found |= dict.fromkeys(text for node in nodes if (text := ast.get_docstring(node)))
    return list(found)


def texts(count: int, packages: Sequence[str] = ("scipy",)) -> list[str]:
    """Documentation strings drawn at random, repeated under a number where there are too few."""
    known = [text for package in packages for text in _documentation(package)]
    order = np.random.default_rng(0).permutation(len(known))
    return [
        known[order[i]] if i < len(known) else f"{i} {known[order[i % len(known)]]}" for i in range(count)
    ]


def short_texts(count: int) -> list[str]:
    """First lines of the same, each under its number."""
    known = [text.partition("\n")[0] for text in _documentation("scipy")]
    return [f"{i} {known[i % len(known)]}" for i in range(count)]


def pictures(folder: Path, count: int, side: int = 500) -> Samples:
    """Photograph-like JPEG files: smooth colours with some noise."""
    rng = np.random.default_rng(0)
    for number in range(count):
        coarse = Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8))
        pixels = np.asarray(coarse.resize((side, side), Image.Resampling.BICUBIC), dtype=np.int16)
        noisy = np.clip(pixels + rng.integers(-8, 9, pixels.shape), 0, 255).astype(np.uint8)
        Image.fromarray(noisy).save(_place(folder, number, ".jpg"), quality=90)
    return load_samples(folder)


def recordings(folder: Path, count: int, seconds: float = 4.0, rate: int = 22_050) -> Samples:
    """Chirps in noise as FLAC files, at a rate that no model reads."""
    rng = np.random.default_rng(0)
    time = np.arange(int(seconds * rate)) / rate
    for number in range(count):
        low, high = rng.uniform(80, 4_000, 2)
        wave = 0.4 * np.sin(2 * np.pi * (low + (high - low) * time / seconds) * time)
        soundfile.write(_place(folder, number, ".flac"), wave + 0.02 * rng.standard_normal(time.size), rate)
    return load_samples(folder, Reading(modality="audio"))


def _place(folder: Path, number: int, suffix: str) -> Path:
    """Name the next file, in one of two class folders."""
    path = folder / "ab"[number % 2] / f"{number:05d}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def text_samples(some: Sequence[str]) -> Samples:
    """Texts as samples."""
    return name_samples(some)


def build(folder: Path, modality: str, size: str) -> Path:
    """Save a model of random weights with what prepares its input; return its folder."""
    torch.manual_seed(0)
    own = SIZES[size][modality]
    if modality == TEXT:
        tokenizer = _tokenizer()
        tokenizer.save_pretrained(folder)
        config = transformers.BertConfig(vocab_size=30_522, **own)
        transformers.BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    elif modality == IMAGE:
        transformers.ViTModel(transformers.ViTConfig(**own), add_pooling_layer=False).save_pretrained(folder)
        transformers.ViTImageProcessor(size={"height": 224, "width": 224}).save_pretrained(folder)
    else:
        config = transformers.Wav2Vec2Config(feat_extract_norm="layer", do_stable_layer_norm=True, **own)
        transformers.Wav2Vec2Model(config).save_pretrained(folder)
        transformers.Wav2Vec2FeatureExtractor(return_attention_mask=True).save_pretrained(folder)
    return folder


def _tokenizer() -> transformers.PreTrainedTokenizerFast:
    """Train a WordPiece tokenizer on the texts."""
    tokenizer = Tokenizer(models.WordPiece(unk_token=SPECIALS["unk"]))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=8_000, special_tokens=[*SPECIALS.values()], show_progress=False
    )
    tokenizer.train_from_iterator(texts(1_200), trainer)
    tokenizer.post_processor = processors.BertProcessing((SPECIALS["sep"], 3), (SPECIALS["cls"], 2))
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=512,
        **{f"{name}_token": text for name, text in SPECIALS.items()},
    )
