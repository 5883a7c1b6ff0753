"""The tokenizer of the text models: byte-pair pieces learned from the passages."""

from __future__ import annotations

from functools import cache

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from assets.demo.scripts.text.passages import passages
from assets.demo.scripts.text.recipes import LONGEST

N_PIECES = 1_200
SPECIAL_TOKENS = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def _pieces() -> Tokenizer:
    """Byte-pair pieces of lower-case text: the trainer for WordPiece breaks ties at random."""
    tokenizer = Tokenizer(models.BPE(unk_token=SPECIAL_TOKENS["unk_token"]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel()
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.normalizer = normalizers.Lowercase()
    trainer = trainers.BpeTrainer(
        vocab_size=N_PIECES, special_tokens=list(SPECIAL_TOKENS.values()), show_progress=False
    )
    tokenizer.train_from_iterator((one.text for one in passages() if not one.held_out), trainer)
    return tokenizer


@cache
def vocabulary() -> PreTrainedTokenizerFast:
    """Make the tokenizer of all models.

    Returns
    -------
    PreTrainedTokenizerFast
        It writes ``[CLS]`` before a text and ``[SEP]`` behind it, and pads on the right.
    """
    tokenizer = _pieces()
    ends = [(name, tokenizer.token_to_id(name)) for name in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=ends
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=LONGEST, padding_side="right", **SPECIAL_TOKENS
    )
