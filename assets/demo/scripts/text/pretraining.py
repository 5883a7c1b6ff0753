"""Pre-training small text models on one CPU thread, and their accuracy on the source task."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from transformers import BatchEncoding, PreTrainedModel, PreTrainedTokenizerFast

from assets.demo.scripts.text.sources import SourceTask, SourceTexts
from assets.demo.scripts.training import Schedule, descend, shuffled_batches

BATCH_SIZE = 64
EVALUATION_BATCH = 128
TEXTS_SEEN = 60_000
PEAK_RATE = 2e-3
NEIGHBOURHOOD = 32  # batches whose texts are sorted by length together
MASKED_SHARE = 0.15
REPLACED_SHARE, KEPT_SHARE = 0.1, 0.1  # of the masked tokens, as in BERT
IGNORED = -100

Encode = Callable[[Tensor], BatchEncoding]
Targets = tuple[BatchEncoding, Tensor]


def encoder(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]) -> Encode:
    """Tokenize texts once, and return what pads any batch of them.

    Parameters
    ----------
    tokenizer : PreTrainedTokenizerFast
        The tokenizer of a model.
    texts : sequence of str
        The texts; what is beyond the longest a model takes is cut off.

    Returns
    -------
    callable
        Given positions of texts, their ``input_ids`` and ``attention_mask`` of shape (n_texts, n_tokens).
    """
    tokens = tokenizer(list(texts), truncation=True, return_token_type_ids=False)["input_ids"]
    return lambda batch: tokenizer.pad(
        {"input_ids": [tokens[i] for i in batch.tolist()]}, return_tensors="pt"
    )


def batches_by_length(lengths: Tensor, batch_size: int, order: torch.Generator) -> list[Tensor]:
    """Deal texts out to batches at random, texts of like length together: less padding.

    Parameters
    ----------
    lengths : Tensor of shape (n_texts,)
        Length of each text.
    batch_size : int
        Texts in a batch; the last batch may be smaller.
    order : Generator
        Source of randomness.

    Returns
    -------
    list of Tensor
        Positions of the texts in each batch.
    """
    found: list[Tensor] = []
    for near in shuffled_batches(len(lengths), NEIGHBOURHOOD * batch_size, order):
        found += near[lengths[near].argsort(stable=True)].split(batch_size)
    return [found[i] for i in torch.randperm(len(found), generator=order).tolist()]


def mask_tokens(inputs: BatchEncoding, tokenizer: PreTrainedTokenizerFast, rng: torch.Generator) -> Targets:
    """Hide 15% of the tokens: most behind the mask token, some behind a random one, some not at all.

    Parameters
    ----------
    inputs : BatchEncoding
        A batch; its ``input_ids`` are replaced.
    tokenizer : PreTrainedTokenizerFast
        Whose tokens they are.
    rng : Generator
        Source of randomness.

    Returns
    -------
    inputs : BatchEncoding
        The batch with hidden tokens.
    targets : Tensor of shape (n_texts, n_tokens)
        What is hidden, `IGNORED` elsewhere.
    """
    ids = inputs["input_ids"]
    ordinary = ~torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
    hidden = ordinary & (torch.rand(ids.shape, generator=rng) < MASKED_SHARE)
    fate = torch.rand(ids.shape, generator=rng)
    noise = torch.randint(len(tokenizer), ids.shape, generator=rng)
    shown = torch.where(fate < 1 - REPLACED_SHARE - KEPT_SHARE, tokenizer.mask_token_id, noise)
    shown = torch.where(fate < 1 - KEPT_SHARE, shown, ids)
    inputs["input_ids"] = torch.where(hidden, shown, ids)
    return inputs, torch.where(hidden, ids, IGNORED)


def next_tokens(inputs: BatchEncoding) -> Targets:
    """Pair every token with the next one.

    Parameters
    ----------
    inputs : BatchEncoding
        A batch.

    Returns
    -------
    inputs : BatchEncoding
        The batch.
    targets : Tensor of shape (n_texts, n_tokens)
        The next token, `IGNORED` at the end.
    """
    following = torch.where(inputs["attention_mask"] == 1, inputs["input_ids"], IGNORED)
    end = torch.full((len(following), 1), IGNORED)
    return inputs, torch.cat([following[:, 1:], end], dim=1)


def _targets(
    task: SourceTask, source: SourceTexts, tokenizer: PreTrainedTokenizerFast, rng: torch.Generator
) -> Callable[[Tensor], Targets]:
    """Return what turns positions of texts into network input and what is to be predicted."""
    encode = encoder(tokenizer, source.texts)
    if task.objective == "classes":
        labels = torch.tensor(source.labels)
        return lambda batch: (encode(batch), labels[batch])
    if task.objective == "masked":
        return lambda batch: mask_tokens(encode(batch), tokenizer, rng)
    return lambda batch: next_tokens(encode(batch))


def pretrain(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    task: SourceTask,
    source: SourceTexts,
    *,
    seed: int,
) -> int:
    """Train all weights of a model on a source task, in place.

    Parameters
    ----------
    model, tokenizer : PreTrainedModel and PreTrainedTokenizerFast
        A model whose head fits the task, and its tokenizer.
    task, source : SourceTask and SourceTexts
        The task and its training texts.
    seed : int
        Seed of the order of the texts, of dropout and of the masks.

    Returns
    -------
    int
        Passes through the texts.
    """
    torch.manual_seed(seed)
    order = torch.Generator().manual_seed(seed)
    targets_of = _targets(task, source, tokenizer, torch.Generator().manual_seed(seed + 1))

    def loss(batch: Tensor) -> Tensor:
        inputs, targets = targets_of(batch)
        return nn.functional.cross_entropy(model(**inputs).logits.flatten(0, -2), targets.flatten())

    lengths = torch.tensor([len(text) for text in source.texts])
    passes = max(1, round(TEXTS_SEEN / len(source.texts)))
    schedule = Schedule(passes, BATCH_SIZE, PEAK_RATE)
    descend(model, loss, lambda: batches_by_length(lengths, BATCH_SIZE, order), schedule)
    return passes


@torch.no_grad()
def source_accuracy(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    task: SourceTask,
    source: SourceTexts,
    *,
    seed: int,
) -> float:
    """Return the fraction of classes, or of hidden or next tokens, that a model names correctly.

    Parameters
    ----------
    model, tokenizer : PreTrainedModel and PreTrainedTokenizerFast
        The model; it is left in evaluation mode.
    task, source : SourceTask and SourceTexts
        The task and the texts for testing.
    seed : int
        Seed of the masks.

    Returns
    -------
    float
        Accuracy, 0 to 1.
    """
    model.eval()
    targets_of = _targets(task, source, tokenizer, torch.Generator().manual_seed(seed))
    right = asked = 0
    for batch in torch.arange(len(source.texts)).split(EVALUATION_BATCH):
        inputs, targets = targets_of(batch)
        named = model(**inputs).logits.argmax(dim=-1)
        right += int((named == targets).sum())
        asked += int((targets != IGNORED).sum())
    return right / asked
