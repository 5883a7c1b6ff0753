"""Families that read text.

The vector of an encoder is the mean over its real tokens, special ones (CLS, SEP) included, as in
sentence-transformers; of an encoder-decoder it is that of its encoder. The vector of a decoder is its last
real token, the only one that attends to the whole text. The pooler of BERT-like models is a dense layer that
most checkpoints do not contain: it is never used.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ptmrank_core.features.pooling.families import Family

__all__ = ["DEFAULT_DECODER", "DEFAULT_ENCODER", "LANGUAGE_FAMILIES"]

_MEAN = Family("mean")
_LAST = Family("last")
# Positions are counted from the padding's id on, so that the first position embeddings are never used.
_ROBERTA = Family("mean", reserved_positions=2)
# Convolutions, pooled queries, Fourier transforms and hashes mix neighbours and ignore the mask.
_ONE_LENGTH = Family("mean", padding_invariant=False)
# Block-sparse attention begins at a length, stays switched off after the first shorter batch, and attends to
# blocks drawn at random: a text's vector would depend on what came before it.
_FULL_ATTENTION = Family("mean", config=MappingProxyType({"attention_type": "original_full"}))

_ENCODERS = {
    "albert": _MEAN,
    "bert": _MEAN,
    "big_bird": _FULL_ATTENTION,
    "camembert": _ROBERTA,
    "canine": _ONE_LENGTH,  # characters are pooled by fours
    "convbert": _ONE_LENGTH,
    "data2vec-text": _ROBERTA,
    "deberta": Family("mean", in_half=False),  # multiplies by positions that it keeps in float32
    "deberta-v2": _MEAN,
    "distilbert": _MEAN,
    "electra": _MEAN,
    "ernie": _MEAN,
    "eurobert": _MEAN,
    "flaubert": _MEAN,
    # Takes no mask at all; a processor has no Fourier transform in half precision.
    "fnet": Family("mean", padding_invariant=False, in_half=False),
    "funnel": _ONE_LENGTH,  # pools its queries, so its output is shorter than its input
    "ibert": _ROBERTA,
    "layoutlm": _MEAN,
    # Only its head for whole texts gives CLS global attention; without one it attends within its window.
    "longformer": _ROBERTA,
    "luke": _ROBERTA,
    "megatron-bert": _MEAN,
    "mobilebert": _ONE_LENGTH,  # reads each token beside its neighbours, and padding's vector is not zero
    "modernbert": _MEAN,
    "mpnet": _ROBERTA,
    "nomic_bert": _MEAN,
    "nystromformer": _ONE_LENGTH,
    "rembert": _MEAN,
    "roberta": _ROBERTA,
    "roberta-prelayernorm": _ROBERTA,
    "roformer": _MEAN,
    "squeezebert": _MEAN,
    "xlm": _MEAN,
    "xlm-roberta": _ROBERTA,
    "xlm-roberta-xl": _ROBERTA,
    # Its CLS stands last, where its head looks for it; its positions stay in float32.
    "xlnet": Family("mean", padding_side="left", in_half=False),
    "xmod": _ROBERTA,
    "yoso": _ONE_LENGTH,
}
_DECODERS = {
    "biogpt": _LAST,
    "bloom": _LAST,
    "codegen": _LAST,
    "falcon": _LAST,
    "gemma": _LAST,
    "gemma2": _LAST,
    "gemma3_text": _LAST,
    "gpt2": _LAST,
    "gpt_bigcode": _LAST,
    "gpt_neo": _LAST,
    "gpt_neox": _LAST,
    "gptj": _LAST,
    "granite": _LAST,
    "llama": _LAST,
    "mamba": _LAST,
    "mistral": _LAST,
    "modernbert-decoder": _LAST,
    "mpt": _LAST,
    "olmo2": _LAST,
    "openai-gpt": _LAST,
    "opt": _LAST,
    "phi": _LAST,
    "phi3": _LAST,
    "qwen2": _LAST,
    "qwen3": _LAST,
    "smollm3": _LAST,
    "stablelm": _LAST,
    "starcoder2": _LAST,
    "xglm": _LAST,
}
_ENCODER_DECODERS = {
    "bart": _MEAN,
    "blenderbot": _MEAN,
    "blenderbot-small": _MEAN,
    "led": _MEAN,
    "longt5": _MEAN,
    "m2m_100": _MEAN,
    "marian": _MEAN,
    "mbart": _MEAN,
    "mt5": _MEAN,
    "mvp": _MEAN,
    "pegasus": _MEAN,
    "plbart": _MEAN,
    "prophetnet": _MEAN,
    "switch_transformers": _MEAN,
    "t5": _MEAN,
    "umt5": _MEAN,
}
# The text half of a model that reads pictures as well: the token that is trained, before the projection.
_TOWERS = {"clip_text_model": Family("pooler")}

LANGUAGE_FAMILIES: Mapping[str, Family] = MappingProxyType(
    {**_ENCODERS, **_DECODERS, **_ENCODER_DECODERS, **_TOWERS}
)
# Not in the table. The pooler, which may be random, is not used here either. Batches of one length, because
# it was not tested whether padding changes a vector; a decoder never sees what follows, so padding cannot.
DEFAULT_ENCODER = Family("mean", padding_invariant=False)
DEFAULT_DECODER = Family("last")
