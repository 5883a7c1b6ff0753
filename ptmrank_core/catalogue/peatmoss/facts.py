"""Entries of PeaTMOSS as facts of a candidate."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["loader_of", "parameters_of"]

OURS = ("sentence-transformers", "timm", "transformers")
# Libraries whose models transformers does not load. The other library names of PeaTMOSS are weight formats
# (pytorch, tf, onnx, safetensors) or irrelevant to loading.
FOREIGN = (
    "adapter-transformers allennlp asteroid bertopic coreml diffusers doctr espnet fairseq fastai fasttext "
    "flair ggml k2 keras ml-agents mindspore nemo open_clip openvino paddlenlp pyannote-audio pythae "
    "rust sample-factory skops sklearn spacy span-marker speechbrain stable-baselines3 stanza tensorflowtts "
    "ultralytics"
)
UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
MOST_PARAMETERS = 10**15
NUMBER = re.compile(r"([\d.]+)\s*([kmb]?)(illion|illiard)?( parameters| params)?")


def loader_of(libraries: Sequence[str]) -> str | None:
    """Return the library that loads a model listed under some libraries; ``None`` if unknown."""
    names = {name.lower() for name in libraries}
    foreign = [name for name in FOREIGN.split() if name in names]
    return next((name for name in (*OURS, *foreign) if name in names), None)


def parameters_of(count: object) -> int | None:
    """Read a number of parameters from a model card: ``110000000``, ``"110M"``."""
    if isinstance(count, (int, float)):
        return int(count) if 0 < count < MOST_PARAMETERS else None
    match = NUMBER.fullmatch(str(count or "").lower().replace(",", "").strip())
    try:
        number = float(match[1]) * UNITS[match[2]] if match else 0.0
    except ValueError:  # 1.2.3
        number = 0.0
    return round(number) or None if number < MOST_PARAMETERS else None
