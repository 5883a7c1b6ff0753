"""Linear probing, then fine-tuning, of the text models of the zoo on a few labelled documents.

The head that fine-tuning starts with is the linear probe: with a random head the first steps would distort
what a model has learned (Kumar et al. 2022, arXiv:2202.10054), and the small models here would end below
their probe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer, BatchEncoding

from assets.demo.scripts.targets import AfterEpoch, Features, Learner, Target, read_features
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


def load_target(recipe: Recipe) -> tuple[Encode, Target[Tensor]]:
    """Read the documents and tokenize them as a model asks for.

    Parameters
    ----------
    recipe : Recipe
        The model.

    Returns
    -------
    encode : callable
        Pads the texts at given positions.
    target : Target of Tensor
        Positions of the demo documents, then those of the test documents.
    """
    demo, test = demo_documents(), held_out_documents()
    tokenizer = AutoTokenizer.from_pretrained(recipe.folder)
    encode = encoder(tokenizer, [one.text for one in (*demo, *test)])
    positions, test_positions = torch.arange(len(demo) + len(test)).split([len(demo), len(test)])
    return encode, Target(positions, class_numbers(demo), test_positions, class_numbers(test))


def learner(recipe: Recipe) -> Learner:
    """Read the documents for a model, and what its head sees of them.

    Parameters
    ----------
    recipe : Recipe
        The model.

    Returns
    -------
    Learner
        The model, ready to learn them.
    """
    encode, target = load_target(recipe)
    model = PooledClassifier(recipe)

    def pooled(texts: Tensor) -> Tensor:
        return _evaluate(model, lambda batch: model.pooled(encode(batch)), texts)

    features = read_features(pooled, target)
    return Learner(features, partial(_fine_tuned, recipe, encode, target, features))


def _fine_tuned(
    recipe: Recipe,
    encode: Encode,
    target: Target[Tensor],
    features: Features,
    draw: NDArray[np.int64],
    *,
    seed: int,
    after_epoch: AfterEpoch | None = None,
) -> float:
    torch.manual_seed(seed)  # dropout
    model = PooledClassifier(recipe)
    model.head.load_state_dict(linear_layer(features.probe(draw)))
    inputs, labels = target.inputs[draw], target.labels[draw]

    def tested(positions: Tensor) -> float:
        texts = target.test_inputs[positions]
        named = _evaluate(model, lambda batch: model(encode(batch)), texts).argmax(dim=1)
        return (named == target.test_labels[positions]).double().mean().item()

    def loss(batch: Tensor) -> Tensor:
        return nn.functional.cross_entropy(model(encode(inputs[batch])), labels[batch])

    batches = partial(shuffled_batches, len(draw), BATCH_SIZE, torch.Generator().manual_seed(seed))
    schedule = Schedule(EPOCHS, BATCH_SIZE, PEAK_RATE)
    descend(model, loss, batches, schedule, after_epoch and partial(after_epoch, tested))
    return tested(torch.arange(len(target.test_labels)))


@torch.no_grad()
def _evaluate(model: PooledClassifier, read: Callable[[Tensor], Tensor], texts: Tensor) -> Tensor:
    """Read something of the texts at some positions; the model is left in evaluation mode."""
    model.eval()
    return torch.cat([read(batch) for batch in texts.split(EVALUATION_BATCH)])


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
