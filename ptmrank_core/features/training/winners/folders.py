"""The folder of a trained model: weights, processor, model card, script. Imports torch."""

from __future__ import annotations

import re
import shutil
import stat
from pathlib import Path

import torch

from ptmrank_core.errors import InputError
from ptmrank_core.features.encoders.checkpoint import no_bars
from ptmrank_core.features.encoders.processors import SETTINGS_FILES
from ptmrank_core.features.training.networks.classifier import Classifier
from ptmrank_core.features.training.networks.loading import output_names
from ptmrank_core.features.training.state import Facts, digest_of_outputs, read_state
from ptmrank_core.features.training.tasks import WinnerCard
from ptmrank_core.features.training.winners.cards import model_card
from ptmrank_core.files import new_folder, write_file
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples

__all__ = ["write_folder"]

SCRIPT = Path(__file__).with_name("continue_training.py")
# What the script says of itself, and what it says of a model of which adapters were trained.
BEFORE = "A tenth of the samples is held out to test on.\n"
MERGED = """
The model was trained by low-rank adapters (LoRA), which are merged into its weights: this script goes on with
all weights.
"""
# Training goes on from a minimum: at the full rate the first steps would leave it.
CONTINUED_RATE = 0.2


def write_folder(state: Path, spec: ModelSpec, samples: Samples, folder: Path, card: WinnerCard) -> None:
    """Write the folder, as :func:`~ptmrank_core.features.training.saving.save_winner` says."""
    kept = read_state(state)
    names = output_names(samples)
    if kept.facts.model != spec.id or kept.facts.outputs != digest_of_outputs(samples, names):
        raise InputError(
            f"The state in {str(state)!r} is of {kept.facts.model!r} and its labels, not of {spec.id!r} "
            f"and the {len(names)} outputs of these samples.",
            hint="Save a model with the samples that it was trained on.",
        )
    network = Classifier(spec, samples, ExtractionOptions(device="cpu", dtype="float32"))
    network.last = kept.facts.last
    if kept.facts.adapters:
        network.add_adapters(seed=0)  # the state has them all
    network.overlay(kept.judged)
    _fold_units(network, kept.facts)
    if folder.is_dir():
        folder.rmdir()  # it is empty
    with new_folder(folder) as new:
        with no_bars():
            network.save(new)
        _write_processor(network, spec, new)
        text = model_card(spec, samples, card, network.reader.remarks)
        write_file(new / "README.md", text)
        rate = CONTINUED_RATE * network.peak
        write_file(new / SCRIPT.name, _script(samples.modality, rate, lora=card.lora))
        _share_permissions(new)


def _share_permissions(folder: Path) -> None:
    """Let whoever may read the model card read the weights: they are saved for their owner alone."""
    mode = stat.S_IMODE((folder / "README.md").stat().st_mode)
    for path in folder.iterdir():
        if path.is_file():
            path.chmod(mode)


def _fold_units(network: Classifier, facts: Facts) -> None:
    """Let the last layer answer in the user's units."""
    if not facts.scale:
        return
    layer, scale = network.last_layer, torch.tensor(facts.scale, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(layer.weight.double() * scale[:, None])
        if network.has_bias:
            centre = torch.tensor(facts.centre, dtype=torch.float64)
            layer.bias.copy_(layer.bias.double() * scale + centre)


def _write_processor(network: Classifier, spec: ModelSpec, folder: Path) -> None:
    """Write the tokenizer or feature extractor; the settings of pictures are the checkpoint's own files."""
    if network.reader.processor is not None:
        network.reader.processor.save_pretrained(folder)
        return
    for name in SETTINGS_FILES:
        path = Path(spec.path or "") / name
        if path.is_file():
            shutil.copyfile(path, folder / name)


def _script(kind: str, rate: float, *, lora: bool) -> str:
    """Return the script that continues the training, set to this model."""
    text = SCRIPT.read_text(encoding="utf-8")
    if lora:
        text = text.replace(BEFORE, f"{BEFORE}{MERGED}", 1)
    text = re.sub(r'^KIND = "\w+"', f'KIND = "{kind}"', text, flags=re.MULTILINE)
    return re.sub(r"^LEARNING_RATE = \S+", f"LEARNING_RATE = {rate:.1e}", text, flags=re.MULTILINE)
