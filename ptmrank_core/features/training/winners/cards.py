"""The model card of a trained model. Needs no torch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ptmrank_core.features.training.tasks import WinnerCard
from ptmrank_core.records import ModelSpec, Samples

__all__ = ["model_card"]

PIPELINES: Mapping[str, str] = MappingProxyType(
    {
        "image": "image-classification",
        "text": "text-classification",
        "audio": "audio-classification",
    }
)
MEASURES: Mapping[str, str] = MappingProxyType(
    {"accuracy": "Accuracy", "r2": "R²", "average_precision": "Mean average precision"}
)
TARGETS: Mapping[str, str] = MappingProxyType(
    {"classification": "classes", "regression": "numbers", "multilabel": "labels"}
)
USE: Mapping[str, str] = MappingProxyType(
    {
        "image": """\
from PIL import Image
from transformers import AutoImageProcessor, AutoModelForImageClassification

processor = AutoImageProcessor.from_pretrained(FOLDER, backend="pil")
model = AutoModelForImageClassification.from_pretrained(FOLDER)
inputs = processor(images=Image.open("picture.png").convert("RGB"), return_tensors="pt")
""",
        "text": """\
from transformers import AutoModelForSequenceClassification, AutoTokenizer

processor = AutoTokenizer.from_pretrained(FOLDER)
model = AutoModelForSequenceClassification.from_pretrained(FOLDER)
inputs = processor("Some text", truncation=True, return_tensors="pt")
""",
        "audio": """\
import soundfile
from transformers import AutoFeatureExtractor, AutoModelForAudioClassification

processor = AutoFeatureExtractor.from_pretrained(FOLDER)
model = AutoModelForAudioClassification.from_pretrained(FOLDER)
wave, rate = soundfile.read("recording.wav", dtype="float32")  # one channel at processor.sampling_rate
inputs = processor(wave, sampling_rate=rate, return_tensors="pt")
""",
    }
)
ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        "classification": "model.config.id2label[int(model(**inputs).logits.argmax())]",
        "regression": "model(**inputs).logits  # in the units of the training data",
        "multilabel": "model(**inputs).logits.sigmoid()  # probability of each label",
    }
)
HELD_OUT = """\
The held-out samples were neither trained on nor used to choose the model. The interval covers the chance of
which samples were held out, not that of the training.
"""
MAX_NAMES = 100


def model_card(spec: ModelSpec, samples: Samples, card: WinnerCard, remarks: Sequence[str]) -> str:
    """Write the model card.

    Parameters
    ----------
    spec
        The checkpoint that was trained.
    samples
        What it was trained for.
    card
        What is known of the training and its test.
    remarks
        What to know of how it reads samples, one sentence each.

    Returns
    -------
    str
        Markdown with a head in YAML, as the Hub reads it.
    """
    measure = MEASURES[card.measure]
    revision = f", revision `{spec.revision}`" if spec.source == "hub" and spec.revision else ""
    compared = f"{card.n_compared} pre-trained model{'s' if card.n_compared != 1 else ''}"
    origin = (
        f"`{spec.id}`{revision} was fine-tuned on {card.n_train} of {card.data}; the other {card.n_test}"
        f" were held out to test it. It won a comparison of {compared} by PTMRank."
    )
    told = f"**{card.value:.3f}** (90 % interval {card.low:.3f} to {card.high:.3f})"
    training = {
        "Samples": card.n_train,
        "Recipe": card.recipe,
        "Seed": card.seed,
        "Date": card.created_at,
        "Run": f"`{card.run_id}`",
    }
    sections = [
        _head(spec, samples, card),
        f"# {spec.id}, fine-tuned\n",
        f"{origin}\n",
        "## Result\n",
        f"{measure} on {card.n_test} held-out samples: {told}.\n",
        HELD_OUT,
        "## Training\n",
        "".join(f"- {name}: {value}\n" for name, value in training.items()),
        f"## {TARGETS[samples.target_kind].capitalize()}\n",
        _names(samples),
        "## Use\n",
        f"```python\n{USE[samples.modality]}answer = {ANSWERS[samples.target_kind]}\n```\n",
        *(f"{remark}\n" for remark in remarks),
        "To continue the training on a folder of data: `python continue_training.py DATA --epochs 1`.\n",
    ]
    return "\n".join(section for section in sections if section)


def _head(spec: ModelSpec, samples: Samples, card: WinnerCard) -> str:
    """YAML that the Hub reads; strings in JSON are strings in YAML."""
    facts = {"library_name": "transformers", "pipeline_tag": PIPELINES[samples.modality]}
    if spec.source == "hub":  # the Hub refuses a base model that it does not have
        facts["base_model"] = spec.id
    if spec.licence:
        facts["license"] = spec.licence
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items()]
    return "\n".join(["---", *lines, "metrics:", f"- {card.measure}", "---", ""])


def _names(samples: Samples) -> str:
    """Names of what the model answers."""
    names = samples.class_names or ("value",)
    listed = ", ".join(f"`{name}`" for name in names[:MAX_NAMES])
    more = len(names) - MAX_NAMES
    return f"{listed}{f' and {more} more (see config.json)' if more > 0 else ''}\n"
