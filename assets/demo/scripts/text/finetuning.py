"""Linear probing, then fine-tuning, of the text models of the zoo on a few labelled documents.

The head that fine-tuning starts with is the linear probe: with a random head the first steps would distort
what a model has learned (Kumar et al. 2022, arXiv:2202.10054), and the small models here would end below
their probe.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, BatchEncoding

from assets.demo.scripts.measurements import Outcome, draw_labelled, fit_probe
from assets.demo.scripts.text.pretraining import EVALUATION_BATCH, Encode, encoder
from assets.demo.scripts.text.recipes import Recipe
from assets.demo.scripts.training import Schedule, descend, shuffled_batches
from ptmrank_core.data.builtin.docstrings import SUBJECTS, Document, demo_documents, other_documents

SEEDS = tuple(range(10))
EPOCHS = 15
BATCH_SIZE = 20
PEAK_RATE = 1e-3
TEST_PER_CLASS = 50
DROPOUT = 0.1


class PooledClassifier(nn.Module):
    """A checkpoint with a linear head on its masked mean.

    Parameters
    ----------
    recipe : Recipe
        The model, whose body is loaded in float32.
    """

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.body = AutoModel.from_pretrained(recipe.folder, dtype=torch.float32)
        self.dropout = nn.Dropout(DROPOUT)
        self.head = nn.Linear(self.body.config.hidden_size, len(SUBJECTS))

    def pooled(self, inputs: BatchEncoding) -> Tensor:
        """Average the last hidden state over the tokens of each text.

        Parameters
        ----------
        inputs : BatchEncoding
            A padded batch.

        Returns
        -------
        Tensor of shape (n_texts, width)
            Features.
        """
        mask = inputs["attention_mask"].unsqueeze(-1)
        hidden: Tensor = self.body(**inputs).last_hidden_state
        return (hidden * mask).sum(dim=1) / mask.sum(dim=1)

    def forward(self, inputs: BatchEncoding) -> Tensor:
        """Return the logits of a padded batch.

        Parameters
        ----------
        inputs : BatchEncoding
            A padded batch.

        Returns
        -------
        Tensor of shape (n_texts, n_classes)
            Logits.
        """
        logits: Tensor = self.head(self.dropout(self.pooled(inputs)))
        return logits


def held_out_documents() -> tuple[Document, ...]:
    """Choose the documents that every model is tested on: as many of each subject, none of the demo.

    Returns
    -------
    tuple of Document
        Of each subject the 50 with the smallest SHA-256 outside the demo subset.
    """
    others = other_documents()
    members = ([one for one in others if one.label == subject] for subject in SUBJECTS)
    return tuple(one for group in members for one in group[:TEST_PER_CLASS])


def class_numbers(documents: Iterable[Document]) -> Tensor:
    """Return the number of each document's subject in the order of ``SUBJECTS``.

    Parameters
    ----------
    documents : iterable of Document
        The documents.

    Returns
    -------
    Tensor of shape (n_documents,)
        Class numbers.
    """
    numbers = {subject: number for number, subject in enumerate(SUBJECTS)}
    return torch.tensor([numbers[one.label] for one in documents])


@dataclass(frozen=True)
class Target:
    """The documents as one model sees them.

    Attributes
    ----------
    encode : callable
        Pads the texts at given positions: the demo documents come first, then those for testing.
    labels, test_labels : Tensor of shape (600,) and (500,)
        Class numbers.
    """

    encode: Encode
    labels: Tensor
    test_labels: Tensor

    def test_batches(self) -> tuple[Tensor, ...]:
        """Return the positions of the documents for testing, in order, in batches."""
        return (len(self.labels) + torch.arange(len(self.test_labels))).split(EVALUATION_BATCH)


def load_target(recipe: Recipe) -> Target:
    """Read the documents and tokenize them as a model asks for.

    Parameters
    ----------
    recipe : Recipe
        The model.

    Returns
    -------
    Target
        Demo documents and test documents.
    """
    demo, test = demo_documents(), held_out_documents()
    tokenizer = AutoTokenizer.from_pretrained(recipe.folder)
    encode = encoder(tokenizer, [one.text for one in (*demo, *test)])
    return Target(encode, class_numbers(demo), class_numbers(test))


def measure(recipe: Recipe) -> Outcome:
    """Fine-tune and probe a model once for each seed.

    Parameters
    ----------
    recipe : Recipe
        The model.

    Returns
    -------
    Outcome
        Accuracies on the test documents.
    """
    target = load_target(recipe)
    draws = [draw_labelled(target.labels.numpy(), seed=seed) for seed in SEEDS]
    probes = _probed(recipe, target, draws)
    return Outcome(
        accuracies=tuple(
            _fine_tuned(recipe, target, torch.from_numpy(draw), probe, seed)
            for seed, draw, (probe, _) in zip(SEEDS, draws, probes, strict=True)
        ),
        probe_accuracies=tuple(score for _, score in probes),
    )


def _fine_tuned(recipe: Recipe, target: Target, draw: Tensor, probe: Pipeline, seed: int) -> float:
    torch.manual_seed(seed)  # dropout
    order = torch.Generator().manual_seed(seed)
    model = PooledClassifier(recipe)
    model.head.load_state_dict(linear_layer(probe))

    def loss(batch: Tensor) -> Tensor:
        chosen = draw[batch]
        return nn.functional.cross_entropy(model(target.encode(chosen)), target.labels[chosen])

    schedule = Schedule(EPOCHS, BATCH_SIZE, PEAK_RATE)
    descend(model, loss, lambda: shuffled_batches(len(draw), BATCH_SIZE, order), schedule)
    model.eval()
    with torch.no_grad():
        named = torch.cat([model(target.encode(batch)).argmax(dim=1) for batch in target.test_batches()])
    return (named == target.test_labels).double().mean().item()


def linear_layer(probe: Pipeline) -> dict[str, Tensor]:
    """Write a standardisation followed by a logistic regression as one linear layer.

    Parameters
    ----------
    probe : Pipeline
        A fitted probe.

    Returns
    -------
    dict of str to Tensor
        Its ``weight`` of shape (n_classes, width) and ``bias`` of shape (n_classes,).
    """
    scaler, regression = probe[0], probe[-1]
    weight = regression.coef_ / scaler.scale_
    bias = regression.intercept_ - weight @ scaler.mean_
    return {"weight": torch.from_numpy(weight).float(), "bias": torch.from_numpy(bias).float()}


@torch.no_grad()
def _probed(recipe: Recipe, target: Target, draws: list[NDArray[np.int64]]) -> list[tuple[Pipeline, float]]:
    """Fit a probe to each draw, and return it with its accuracy."""
    model = PooledClassifier(recipe).eval()
    labels, test_labels = target.labels.numpy(), target.test_labels.numpy()
    demo_batches = torch.arange(len(labels)).split(EVALUATION_BATCH)
    features, test_features = (
        torch.cat([model.pooled(target.encode(batch)) for batch in batches]).double().numpy()
        for batches in (demo_batches, target.test_batches())
    )
    probes = [fit_probe(features[draw], labels[draw]) for draw in draws]
    return [(probe, float(probe.score(test_features, test_labels))) for probe in probes]
